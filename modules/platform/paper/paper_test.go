package paper_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/paper"
)

func TestPaper(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Paper")
}

// written is the document and what a reader sees on each of its pages.
func written(d paper.Document) (content []byte, pages []string) {
	GinkgoHelper()
	var out bytes.Buffer
	Expect(paper.Write(&out, d)).To(Succeed())
	reader, err := pdf.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	Expect(err).NotTo(HaveOccurred())
	for n := 1; n <= reader.NumPage(); n++ {
		text, err := reader.Page(n).GetPlainText(nil)
		Expect(err).NotTo(HaveOccurred())
		pages = append(pages, strings.ReplaceAll(text, "\n", ""))
	}
	return out.Bytes(), pages
}

func document(blocks ...paper.Block) paper.Document {
	return paper.Document{
		Title: "Receta", Date: "24/11/2026",
		Clinic: paper.Letterhead{Name: "Clínica Señor de los Ñandúes", Lines: []string{"RUC 20123456789", "Jr. Ayacucho 123, Huánuco"}},
		Person: "Quispe Huamán, Luz", About: "34 años · DNI 99012345 · HC 000123", Foot: "Impreso por Dra. Salas",
		Created: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC), Blocks: blocks,
	}
}

func drawn(w, h int) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			picture.Set(x, y, color.NRGBA{R: uint8(x), G: uint8(y), A: uint8(128 + x%128)})
		}
	}
	return picture
}

func asPNG(picture image.Image) []byte {
	GinkgoHelper()
	var out bytes.Buffer
	Expect(png.Encode(&out, picture)).To(Succeed())
	return out.Bytes()
}

var _ = Describe("a document", func() {
	It("says in Spanish, on a sheet, everything it was given", func() {
		var photo bytes.Buffer
		Expect(jpeg.Encode(&photo, drawn(300, 200), nil)).To(Succeed())
		d := document(
			paper.Heading{Text: "Diagnóstico"},
			paper.Paragraph{Text: "Caries de la dentina, pieza 46: ¿dolor nocturno? Sí; niña de 8 años.\nTemperatura 36.8 °C, ≥ 2 días."},
			paper.Facts{{Label: "Presión arterial", Value: "120/80 mmHg"}, {Label: "Alergias", Value: ""}},
			paper.Table{
				Columns: []paper.Column{{Label: "Medicamento", Share: 3}, {Label: "Cantidad", Right: true}},
				Rows:    [][]string{{"Amoxicilina 500 mg cápsula", "21"}, {"Ibuprofeno 400 mg tableta"}},
			},
			paper.Rule{},
			paper.Picture{Content: photo.Bytes(), Caption: "Antes del tratamiento"},
			paper.Code{Text: "https://hampi.pe/verificar/AB12", Caption: "Compruebe la firma con su teléfono"},
			paper.Signature{
				Name: "Dra. Edith Núñez Peña", Lines: []string{"Cirujana dentista · COP 12345"}, Drawn: asPNG(drawn(200, 80)),
				Code: paper.Code{Text: "https://hampi.pe/verificar/AB12", Caption: "Verificar"},
			},
			paper.Signatures{
				Left:  paper.Signature{Name: "Luz Quispe Huamán", Strokes: []paper.Stroke{{100, 200, 200, 100, 300, 220}, {400, 150}}},
				Right: paper.Signature{Name: "Dr. Iván Rojas", Caption: "Informó"},
			},
		)
		d.Clinic.Logo = asPNG(drawn(64, 64))
		content, pages := written(d)
		Expect(pages).To(HaveLen(1))
		for _, words := range []string{
			"Clínica Señor de los Ñandúes", "RUC 20123456789", "Receta", "24/11/2026", "Quispe Huamán, Luz", "34 años · DNI 99012345 · HC 000123",
			"Diagnóstico", "¿dolor nocturno? Sí; niña de 8 años.", "Temperatura 36.8 °C", "Presión arterial", "120/80 mmHg",
			"Amoxicilina 500 mg cápsula", "Cantidad", "21", "Antes del tratamiento", "Compruebe la firma con su teléfono",
			"Luz Quispe Huamán", "Dr. Iván Rojas", "Informó", "Dra. Edith Núñez Peña", "Cirujana dentista · COP 12345", "Impreso por Dra. Salas", "página 1 de 1",
		} {
			Expect(pages[0]).To(ContainSubstring(words))
		}
		Expect(pages[0]).NotTo(ContainSubstring("Alergias"))
		Expect(string(content)).NotTo(ContainSubstring("EmbeddedFile"), "no list of attached files: nobody takes it for a document that carries some")
		again, _ := written(d)
		Expect(bytes.Equal(again, content)).To(BeTrue(), "the same document must have the same hash")
	})

	It("goes on over pages, each with its head and its number, and loses no line", func() {
		var text strings.Builder
		for n := range 400 {
			fmt.Fprintf(&text, "renglón %d. ", n)
		}
		rows := make([][]string, 120)
		for n := range rows {
			rows[n] = []string{fmt.Sprintf("fila-%d.", n), strings.Repeat("resultado ", n%30)}
		}
		rows = append(rows, []string{"enorme", strings.Repeat("más que una página ", 1500) + "fin-de-la-fila"})
		d := document(
			paper.Paragraph{Text: text.String()},
			paper.Facts{{Label: "Relato", Value: text.String()}},
			paper.Table{Columns: []paper.Column{{Label: "Prueba"}, {Label: "Valor", Share: 3}}, Rows: rows},
			paper.Break{},
			paper.Heading{Text: "Última página", Small: true},
		)
		d.Size = paper.A5
		_, pages := written(d)
		Expect(len(pages)).To(BeNumerically(">", 5))
		for n, page := range pages {
			Expect(page).To(ContainSubstring(fmt.Sprintf("página %d de %d", n+1, len(pages))))
			Expect(page).To(ContainSubstring("Quispe Huamán, Luz"))
			Expect(page).To(ContainSubstring("Receta"))
		}
		all := strings.Join(pages, " ")
		for n := range 400 {
			Expect(strings.Count(all, fmt.Sprintf("renglón %d.", n))+strings.Count(all, fmt.Sprintf("%d. ", n))).To(BeNumerically(">=", 2), "line %d", n)
		}
		for n := range 120 {
			Expect(strings.Count(all, fmt.Sprintf("fila-%d.", n))).To(Equal(1))
		}
		Expect(all).To(ContainSubstring("fin-de-la-fila"))
		Expect(strings.Count(all, "Prueba")).To(BeNumerically(">", 3))
		Expect(pages[len(pages)-1]).To(ContainSubstring("Última página"))
	})

	It("keeps what is said of a thing on its page", func() {
		var blocks []paper.Block
		for n := range 40 {
			text := strings.Repeat(fmt.Sprintf("toma%02d\n", n), 1+n%4) + fmt.Sprintf("fin%02d", n)
			blocks = append(blocks, paper.Item{Title: fmt.Sprintf("cosa%02d", n), Text: text})
		}
		_, pages := written(document(blocks...))
		Expect(len(pages)).To(BeNumerically(">", 2))
		for n := range 40 {
			title, end := fmt.Sprintf("cosa%02d", n), fmt.Sprintf("fin%02d", n)
			Expect(pages).To(ContainElement(And(ContainSubstring(title), ContainSubstring(end))), title)
		}
	})

	It("breaks what has no spaces, and shows that a sign is missing instead of failing", func() {
		_, pages := written(document(paper.Paragraph{Text: strings.Repeat("x", 400) + " 😀 漢 a\u0301\x00\r\n\tfin"}))
		Expect(strings.Count(pages[0], "x")).To(BeNumerically(">=", 400))
		Expect(pages[0]).To(MatchRegexp("[□¡] [□¡] afin")) // our reader keeps the lower half of a rare sign
	})

	DescribeTable("is refused whole", func(b paper.Block, want string) {
		var out bytes.Buffer
		Expect(paper.Write(&out, document(b))).To(MatchError(ContainSubstring(want)))
		Expect(out.Len()).To(BeZero())
	},
		Entry("with a picture that is none", paper.Picture{Content: []byte("GIF89a")}, "cannot be opened"),
		Entry("with a code that holds too much", paper.Code{Text: strings.Repeat("x", 5000)}, "QR"),
	)
})
