//go:build !js

package billing

import (
	"strings"

	"hampi/modules/platform/paper"
)

// file is the document as it is laid on a PDF, with the clinic's picture if it has one.
func (p printed) file(form Paper, picture []byte) paper.Document {
	d := paper.Document{
		Title: p.Kind.Title() + " " + p.Name.String(), Date: "RUC " + p.Issuer.RUC, Created: p.IssuedAt,
		Clinic: paper.Letterhead{Name: p.Issuer.Name, Lines: p.Issuer.lines(), Logo: picture},
		Foot:   p.representation()[0],
	}
	if form == Ticket {
		d.Size = paper.Ticket
	}
	if words := p.stands(); words != "" {
		d.Blocks = append(d.Blocks, paper.Heading{Text: words})
	}
	d.Blocks = append(d.Blocks, factsBlock(p.customer()), factsBlock(p.terms()))
	if len(p.amended()) > 0 {
		d.Blocks = append(d.Blocks, factsBlock(p.amended()))
	}
	d.Blocks = append(d.Blocks, p.itemBlocks(form)...)
	d.Blocks = append(d.Blocks, sumsBlock(p.sums(), true), paper.Paragraph{Text: p.legends()[0], Bold: form != Ticket, Small: form == Ticket})
	for _, legend := range p.legends()[1:] {
		d.Blocks = append(d.Blocks, paper.Paragraph{Text: legend, Small: true})
	}
	for _, list := range [][]fact{p.instalments(), p.paid()} {
		if len(list) > 0 {
			d.Blocks = append(d.Blocks, sumsBlock(list, false))
		}
	}
	return p.closing(d)
}

// closing adds what stands at the bottom: the code, and what the paper is.
func (p printed) closing(d paper.Document) paper.Document {
	words := strings.Join(p.representation(), "\n")
	if d.Size == paper.Ticket {
		d.Blocks = append(d.Blocks, paper.Rule{}, paper.Code{Text: p.qr(), Strong: true}, paper.Paragraph{Text: words, Small: true, Centred: true})
		return d
	}
	d.Blocks = append(d.Blocks, paper.Rule{}, paper.Code{Text: p.qr(), Strong: true, Caption: words})
	return d
}

func factsBlock(list []fact) paper.Facts {
	facts := make(paper.Facts, len(list))
	for i, f := range list {
		facts[i] = paper.Fact(f)
	}
	return facts
}

// sumsBlock are amounts; the last one stands out where it is their total.
func sumsBlock(list []fact, total bool) paper.Sums {
	sums := make(paper.Sums, len(list))
	for i, f := range list {
		sums[i] = paper.Sum{Label: f.Label, Amount: f.Value, Bold: total && i == len(list)-1}
	}
	return sums
}

// itemBlocks are the lines: a table on a sheet, on a roll what it is over what it costs.
func (p printed) itemBlocks(form Paper) []paper.Block {
	if form == Ticket {
		blocks := []paper.Block{paper.Rule{}}
		for _, l := range p.lines() {
			blocks = append(blocks, paper.Paragraph{Text: joinedLines(l.Description, l.Note), Small: true},
				paper.Sums{{Label: l.Quantity + " " + l.Unit + " × " + l.Price, Amount: l.Amount}})
		}
		return append(blocks, paper.Rule{})
	}
	table := paper.Table{Columns: []paper.Column{
		{Label: "Cant.", Share: 0.7, Right: true}, {Label: "Unidad", Share: 0.8}, {Label: "Descripción", Share: 5}, {Label: "Precio", Share: 1.2, Right: true},
		{Label: "Importe", Share: 1.3, Right: true},
	}}
	for _, l := range p.lines() {
		description := l.Description
		if l.Code != "" {
			description = l.Code + " " + description
		}
		table.Rows = append(table.Rows, []string{l.Quantity, l.Unit, joinedLines(description, l.Note), l.Price, l.Amount})
	}
	return []paper.Block{table}
}

func joinedLines(first, second string) string {
	if second == "" {
		return first
	}
	return first + "\n" + second
}
