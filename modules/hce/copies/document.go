//go:build !js

package copies

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"hampi/modules/hce"
	"hampi/modules/platform/files"
	"hampi/modules/platform/paper"
	"hampi/modules/platform/pii"
	"hampi/views"
)

// makePDF writes the record to be read, and stores it.
func (s *Service) makePDF(ctx context.Context, c Copy, b book) (Document, error) {
	if err := s.tell(ctx, c, "Escribiendo el PDF", 0, 2+len(b.files)); err != nil {
		return Document{}, err
	}
	stored, err := s.Storage.Keep(ctx, place(b.Clinic.ID, c, "pdf_key"), files.PDF, func(to io.Writer) error { return paper.Write(to, document(c, b)) })
	if err != nil {
		return Document{}, fmt.Errorf("make the PDF of a record: %w", err)
	}
	return documentOf(stored), nil
}

func documentOf(f files.Stored) Document {
	return Document{Object: f.Object, SealedKey: f.SealedKey, Size: f.Size, SHA256: f.SHA256}
}

func (b book) when(at time.Time) string {
	local := at.In(b.Zone)
	return views.Day(local) + " " + views.Clock(local)
}

// document is the record as it is laid on paper: a cover, the attentions in their order, and what stands beside them.
func document(c Copy, b book) paper.Document {
	d := paper.Document{
		Title: "Historia clínica", Date: views.Day(c.RequestedAt.In(b.Zone)),
		Clinic: paper.Letterhead{Name: b.Clinic.Name, Lines: []string{joined(" · ", labelled("RUC ", b.Clinic.RUC), labelled("Tel. ", b.Clinic.Phone))}},
		Person: b.Person.FullName(), About: joined(" · ", b.Person.Document.Label(), "HC "+b.Person.Record()),
		Foot:    "Copia pedida por " + b.asker + " el " + b.when(c.RequestedAt) + ". Confidencial: Ley 26842 art. 25.",
		Created: c.RequestedAt,
	}
	add := func(blocks ...paper.Block) { d.Blocks = append(d.Blocks, blocks...) }
	add(b.cover(c)...)
	for i, a := range b.Attentions {
		add(b.attention(i+1, a)...)
	}
	add(b.medicines()...)
	add(b.results()...)
	add(b.orders()...)
	add(b.signedConsents()...)
	add(b.listOfFiles()...)
	return d
}

func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + value
}

func (b book) cover(c Copy) []paper.Block {
	p := b.Person
	born := ""
	if !p.BirthDate.IsZero() {
		born = views.Day(p.BirthDate) + " (" + views.Age(p.BirthDate, c.RequestedAt.In(b.Zone)) + ")"
	}
	notes := 0
	for _, a := range b.Attentions {
		notes += len(a.Entries)
	}
	return []paper.Block{
		paper.Heading{Text: "Historia clínica N.º " + p.Record()},
		paper.Facts{
			{Label: "Paciente", Value: p.FullName()}, {Label: "Documento", Value: p.Document.Label()}, {Label: "Nacimiento", Value: born},
			{Label: "Sexo", Value: p.Sex.Label()}, {Label: "Grupo sanguíneo", Value: b.Clinical.BloodType},
			{Label: "Celular", Value: views.Phone(p.Phone)}, {Label: "Correo", Value: p.Email}, {Label: "Dirección", Value: p.Address.Text},
			{Label: "Apoderado", Value: joined(", ", p.Guardian.Name, p.Guardian.Relationship, p.Guardian.Document)},
			{Label: "Seguro", Value: p.Insurance.Insurer},
		},
		paper.Heading{Text: "Alergias y enfermedades", Small: true},
		paper.Paragraph{Text: b.alerts()},
		paper.Heading{Text: "Esta copia", Small: true},
		paper.Facts{
			{Label: "Para qué", Value: c.Purpose.Label()}, {Label: "Para quién", Value: c.Detail}, {Label: "La pidió", Value: b.asker}, {Label: "Cuándo", Value: b.when(c.RequestedAt)},
			{Label: "Contiene", Value: joined(" · ", views.Plural(len(b.Attentions), "atención", "atenciones"), views.Plural(notes, "nota o receta", "notas y recetas"),
				views.Plural(len(b.Observed), "resultado", "resultados"), views.Plural(len(b.consents), "consentimiento", "consentimientos"), views.Plural(len(b.files), "archivo", "archivos"))},
		},
		paper.Paragraph{Small: true, Text: "Cada documento dice quién lo firmó, con su colegio y número, y su código. La firma se comprueba en " + b.address +
			"/verificar. Lo que dice SIN FIRMA aún no fue firmado por su autor; lo ANULADO se conserva y no vale. Las adendas siguen a lo que completan."},
		paper.Break{},
	}
}

func (b book) alerts() string {
	text := ""
	for _, a := range b.Clinical.Allergies {
		text += "• " + joined(", ", a.Substance, a.Reaction, a.Severity.Label()) + "\n"
	}
	for _, x := range b.Clinical.Conditions {
		text += "• " + joined(", ", joined(" ", x.Code, x.Name), labelled("desde ", x.Since)) + "\n"
	}
	if text == "" {
		return "Sin registrar."
	}
	return text
}

// attention is everything that was written in one.
func (b book) attention(n int, a hce.WholeAttention) []paper.Block {
	blocks := []paper.Block{paper.Heading{Text: "Atención " + strconv.Itoa(n) + " · " + b.when(a.At()) + " · " + b.Names[a.DoctorID]}}
	for _, e := range a.Entries {
		blocks = append(blocks, b.entry(e)...)
	}
	return append(blocks, paper.Rule{})
}

func (b book) entry(e hce.Entry) []paper.Block {
	heading := e.Type.Label() + " · " + b.when(e.WrittenAt)
	if e.Annulled() != nil {
		heading += " · ANULADA"
	}
	if e.Offline {
		heading += " · escrita sin conexión, recibida el " + b.when(e.ReceivedAt)
	}
	blocks := []paper.Block{paper.Heading{Text: heading, Small: true}}
	for _, x := range e.Diagnoses {
		blocks = append(blocks, paper.Paragraph{Text: "Diagnóstico: " + x.Code + " " + x.Title + " (" + x.Kind.Label() + ")", Bold: true})
	}
	var facts paper.Facts
	for _, l := range e.Lines {
		facts = append(facts, paper.Fact{Label: l.Label, Value: joined(". Qué se hizo: ", joined(" ", l.Value, l.Unit), l.Action)})
	}
	if len(facts) > 0 {
		blocks = append(blocks, facts)
	}
	for i, m := range e.MedicineLines() {
		blocks = append(blocks, paper.Paragraph{Text: strconv.Itoa(i+1) + ". " + joined("\n", joined(": ", m.Name, m.Sig), m.Instructions, strings.Join(m.Overridden, "\n"))})
	}
	blocks = append(blocks, paper.Paragraph{Text: b.mark(e.Record), Small: true})
	for _, x := range e.Amending {
		blocks = append(blocks, paper.Paragraph{Text: "» " + x.Type.Label() + " · " + b.when(x.WrittenAt) + ": " + x.Words}, paper.Paragraph{Text: "» " + b.mark(x.Record), Small: true})
	}
	return blocks
}

// mark says who signed a record, under which code, and whether the signature stands; or that nobody did.
func (b book) mark(r hce.Record) string {
	author := joined(", ", r.Author.Name, r.Author.Profession, r.Author.License())
	if !r.Signed() {
		return "SIN FIRMA. Escribió: " + author
	}
	text := ""
	for _, g := range r.Signatures {
		state := "firma válida"
		if v := b.verdicts[g.ID]; !v.Valid {
			state = "FIRMA NO VÁLIDA: " + v.Reason
		}
		text += joined(" · ", "Firmado electrónicamente por "+joined(", ", g.Signer.Name, g.Signer.Profession, g.Signer.License()), b.when(g.SignedAt),
			"código "+hce.ShownCode(g.Code), state) + "\n"
	}
	return text
}

func (b book) medicines() []paper.Block {
	t := paper.Table{Columns: []paper.Column{{Label: "Recetado", Share: 1.2}, {Label: "Medicamento", Share: 4}, {Label: "Hasta"}, {Label: "Suspendido", Share: 2}}}
	for _, m := range b.Medications {
		stopped := ""
		if m.Stopped != nil {
			stopped = views.Day(m.Stopped.At.In(b.Zone)) + ": " + m.Stopped.Reason
		}
		t.Rows = append(t.Rows, []string{views.Day(m.At.In(b.Zone)), joined(", ", m.Item.Name(), m.Item.Form), views.Day(m.EndsOn), stopped})
	}
	return section("Medicamentos recetados", t)
}

// section is a table below its heading; without rows it says so.
func section(title string, t paper.Table) []paper.Block {
	if len(t.Rows) == 0 {
		return []paper.Block{paper.Heading{Text: title}, paper.Paragraph{Text: "Sin registrar."}}
	}
	return []paper.Block{paper.Heading{Text: title}, t}
}

func (b book) results() []paper.Block {
	t := paper.Table{Columns: []paper.Column{{Label: "Fecha", Share: 1.9}, {Label: "Prueba", Share: 3}, {Label: "Valor", Share: 1.6}, {Label: "Rango", Share: 1.6}, {Label: "Anotó", Share: 2}}}
	corrected := map[string]bool{}
	for _, o := range b.Observed {
		if o.CorrectsID != nil {
			corrected[o.CorrectsID.String()] = true
		}
	}
	for _, o := range b.Observed {
		value := o.Words()
		if corrected[o.ID.String()] {
			value += " (corregido después)"
		}
		if o.Critical {
			value += joined(": ", " CRÍTICO", o.Action)
		}
		t.Rows = append(t.Rows, []string{b.when(o.TakenAt), joined(" · ", o.Label(), o.Source), value, o.RefText, b.Names[o.TakenBy]})
	}
	return section("Funciones vitales y resultados", t)
}

func (b book) orders() []paper.Block {
	t := paper.Table{Columns: []paper.Column{{Label: "N.º", Share: 0.6}, {Label: "Fecha", Share: 1.9}, {Label: "Se pidió", Share: 4}, {Label: "Pidió", Share: 2}, {Label: "Estado", Share: 1.5}}}
	for _, o := range b.Orders {
		state := "Completa"
		switch {
		case o.Cancelled() != nil:
			state = "Anulada: " + o.Cancelled().Reason
		case o.Waiting():
			state = "Faltan resultados"
		}
		names := joined(", ", hce.LabNames(o.Codes)...)
		t.Rows = append(t.Rows, []string{strconv.FormatInt(o.Number, 10), b.when(o.OrderedAt), names, b.Names[o.OrderedBy], state})
	}
	return section("Órdenes de laboratorio", t)
}

func (b book) signedConsents() []paper.Block {
	t := paper.Table{Columns: []paper.Column{{Label: "Fecha", Share: 1.9}, {Label: "Documento", Share: 3}, {Label: "Firmó", Share: 2}, {Label: "Informó", Share: 2}, {Label: "Estado", Share: 2}}}
	for _, x := range b.consents {
		state := x.State()
		if x.Revoked != nil {
			state += " " + b.when(x.Revoked.At) + ": " + x.Revoked.Reason
		}
		if x.Mark != nil {
			state += " (código " + hce.ShownCode(x.Mark.Code) + ")"
		}
		t.Rows = append(t.Rows, []string{b.when(x.At), joined(": ", x.Title, x.Procedure), joined(", ", x.Signer.Name, x.Signer.Relationship), joined(", ", x.Doctor.Name, x.Doctor.License), state})
	}
	return section("Consentimientos", t)
}

func (b book) listOfFiles() []paper.Block {
	t := paper.Table{Columns: []paper.Column{{Label: "Fecha", Share: 1.9}, {Label: "Archivo", Share: 3}, {Label: "SHA-256", Share: 4}}}
	for i, f := range b.files {
		t.Rows = append(t.Rows, []string{b.when(f.AddedAt), f.path(i + 1), hex.EncodeToString(f.SHA256)})
	}
	return section("Archivos, que están en el ZIP", t)
}

// place is where the key of one of a copy's documents belongs.
func place(clinic [16]byte, c Copy, column string) pii.Place {
	return pii.Place{Clinic: clinic, Table: "record_copies", Column: column, Row: c.ID}
}
