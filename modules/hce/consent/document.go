//go:build !js

package consent

import (
	"encoding/hex"
	"strings"

	"hampi/modules/hce"
	"hampi/modules/platform/paper"
	"hampi/views"
)

// document lays a consent on paper: what is kept, and what the patient takes along, with the code of its signature.
// address is how people reach the program; photo is that of a sheet that was
// signed by hand.
func document(c Consent, sheet Sheet, photo []byte, address string) paper.Document {
	at := c.At.In(sheet.Today.Location())
	d := paper.Document{
		Title: title(c.Body), Date: views.Day(at) + " " + views.Clock(at), Clinic: paper.Letterhead{Name: c.Clinic, Lines: []string{clinicLine(sheet.Clinic)}},
		Person: c.Patient.Name, About: aboutPatient(c.Body), Created: c.At, Foot: "SHA-256 " + hex.EncodeToString(c.Hash),
	}
	add := func(blocks ...paper.Block) { d.Blocks = append(d.Blocks, blocks...) }
	add(paper.Heading{Text: c.Title}, facts(c.Body))
	for _, s := range c.Sections {
		if s.Heading != "" {
			add(paper.Heading{Text: s.Heading, Small: true})
		}
		add(paper.Paragraph{Text: bullets(s.Text)})
	}
	add(paper.Rule{}, paper.Paragraph{Text: c.Statement, Bold: true})
	if c.Reason != "" {
		add(paper.Paragraph{Text: "Motivo que dio: " + c.Reason})
	}
	if len(photo) > 0 {
		add(paper.Picture{Content: photo, Caption: "Hoja firmada a mano. Huella de la foto (SHA-256): " + c.Sheet, Height: 190})
	}
	add(paper.Signatures{Left: signed(c, views.Day(at)+" "+views.Clock(at)), Right: informed(c.Body)})
	add(paper.Code{Text: verifyAddress(address, *c.Mark), Caption: "Firmado electrónicamente por " + c.Doctor.Name + ", " + c.Doctor.License + ", el " +
		views.Day(at) + " " + views.Clock(at) + ".\nVerifique en " + verifyAddress(address, *c.Mark) + "\nCódigo " + hce.ShownCode(c.Mark.Code)})
	return d
}

// verifyAddress is where anybody may ask whether the document stands.
func verifyAddress(address string, m Mark) string { return address + "/verificar/" + m.Code }

func facts(b Body) paper.Facts {
	f := paper.Facts{{Label: "Procedimiento", Value: b.Procedure}, {Label: "Diagnóstico", Value: b.Diagnosis}}
	if b.Signer.Relationship != "" {
		f = append(f, paper.Fact{Label: "Firma por el paciente", Value: b.Signer.line()})
	}
	return append(f, paper.Fact{Label: "Informa", Value: b.Doctor.line()})
}

// bullets draws the lists of a text.
func bullets(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if rest, item := strings.CutPrefix(line, "- "); item {
			lines[i] = "• " + rest
		}
	}
	return strings.Join(lines, "\n")
}

// signed is the mark of who answered.
func signed(c Consent, at string) paper.Signature {
	g := paper.Signature{Name: c.Signer.Name, Lines: []string{c.Signer.Document}, Caption: c.Method.Words() + " el " + at}
	if c.Signer.Relationship != "" {
		g.Lines = append(g.Lines, c.Signer.Relationship+" del paciente")
	}
	for _, s := range c.Strokes {
		g.Strokes = append(g.Strokes, paper.Stroke(s))
	}
	g.Lines = append(g.Lines, c.Method.Words()+", "+at)
	return g
}

// informed is the mark of the professional.
func informed(b Body) paper.Signature {
	return paper.Signature{
		Name: b.Doctor.Name, Lines: []string{b.Doctor.credentials()},
		Caption: "Informó, respondió las preguntas y registró este documento con su cuenta",
	}
}
