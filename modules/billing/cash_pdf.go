//go:build !js

package billing

import (
	"bytes"
	"context"
	"fmt"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/paper"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h screens) cashPDFRoutes(r *web.Router) {
	r.GET(cashPath+"/:id/pdf", h.cashPDF, web.Needs(accounts.BillingCharge))
}

// cashPDFPath is where the closing report of a register is to be had as a file.
func cashPDFPath(s CashSession) string { return cashPath + "/" + s.ID.String() + "/pdf" }

// cashPDF is the report of a closed register (arqueo) as a file, to keep: one's own, and anybody's for who may see all.
// An open one has none: what has to be in it is nobody's to see.
func (h screens) cashPDF(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := h.Till.ByID(ctx, id, access.Who(ctx).Can(accounts.BillingOverride))
	if err != nil {
		return err
	}
	if s.ClosedAt == nil {
		return fault.ErrNotFound
	}
	v, err := h.desk().cashView(ctx, s)
	if err != nil {
		return err
	}
	d, err := h.Papers.arqueo(ctx, v)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := paper.Write(&out, d); err != nil {
		return fmt.Errorf("write the report of a register as a file: %w", err)
	}
	return handOver(c, "arqueo-"+v.local(s.OpenedAt).Format("2006-01-02-1504")+".pdf", "application/pdf", out.Bytes())
}

// arqueo is the report under the clinic's head.
func (s *Papers) arqueo(ctx context.Context, v cashView) (paper.Document, error) {
	issuer, _, err := s.issuer(ctx, v.Session.SiteID)
	if err != nil {
		return paper.Document{}, err
	}
	picture, err := s.logo(ctx, printed{Issuer: issuer})
	d := v.file()
	d.Clinic = paper.Letterhead{Name: issuer.Name, Lines: issuer.lines(), Logo: picture}
	return d, err
}

// file is a closed register on a sheet: the count, the ways to pay, and all that went through it, the first one first.
func (v cashView) file() paper.Document {
	opened, closed := v.local(v.Session.OpenedAt), v.local(*v.Session.ClosedAt)
	d := paper.Document{
		Title: "Arqueo de caja", Date: views.LongDayInText(opened, v.Now), Created: *v.Session.ClosedAt, Person: v.Owner, About: v.Site,
		Foot: "Cerrada el " + views.LongDayInText(closed, v.Now) + " a las " + views.Clock(closed),
		Blocks: []paper.Block{paper.Facts{
			{Label: "Abierta", Value: views.ShortDayTime(opened, v.Now)}, {Label: "Contada", Value: views.ShortDayTime(v.local(*v.Session.CountedAt), v.Now)},
			{Label: "Cerrada", Value: views.ShortDayTime(closed, v.Now)}, {Label: "Cobros", Value: views.Number(v.Charges)},
		}},
	}
	d.Blocks = append(d.Blocks, paper.Heading{Text: "Efectivo"}, v.piecesTable(), v.cashSums())
	if v.Session.Reason != "" {
		d.Blocks = append(d.Blocks, paper.Paragraph{Text: "Motivo de la diferencia: " + v.Session.Reason})
	}
	if len(v.Sums) > 0 {
		d.Blocks = append(d.Blocks, paper.Heading{Text: "Por medio de pago"}, v.methodsTable())
	}
	if len(v.Lines) > 0 {
		d.Blocks = append(d.Blocks, paper.Heading{Text: "Movimientos"}, v.linesTable())
	}
	return v.signed(d)
}

// signed adds room for who closed the register and who takes it over.
func (v cashView) signed(d paper.Document) paper.Document {
	d.Blocks = append(d.Blocks, paper.Signatures{Left: paper.Signature{Name: v.Owner}, Right: paper.Signature{Name: "Recibe conforme"}})
	return d
}

// piecesTable is what was counted, by denomination.
func (v cashView) piecesTable() paper.Table {
	t := paper.Table{Columns: []paper.Column{{Label: "Denominación", Right: true}, {Label: "Cantidad", Right: true}, {Label: "Importe", Right: true}}}
	for _, d := range Denominations() {
		n := v.Session.Counted.Pieces[d]
		if n == 0 {
			continue
		}
		amount, _ := CountedAmount(map[string]int{d: n}) // it was checked when it was counted
		t.Rows = append(t.Rows, []string{d, views.Number(n), views.Money(amount)})
	}
	return t
}

// cashSums say what the drawer began with, what left it without a document, and how the count compares.
func (v cashView) cashSums() paper.Sums {
	c := v.Session.Counted
	return paper.Sums{
		{Label: "Apertura", Amount: views.Money(v.Session.Opening)}, {Label: "Salidas", Amount: signed(v.OutAmount.Neg())}, {Label: "Esperado", Amount: views.Money(c.Expected)},
		{Label: "Contado", Amount: views.Money(c.Amount)}, {Label: "Diferencia", Amount: signed(c.Difference()), Bold: true},
	}
}

func (v cashView) methodsTable() paper.Table {
	t := paper.Table{Columns: []paper.Column{{Label: "Medio", Share: 2}, {Label: "Operaciones", Right: true}, {Label: "Sistema", Right: true}, {Label: "Verificado"}}}
	for _, s := range v.Sums {
		t.Rows = append(t.Rows, []string{s.Label(), views.Number(s.Count), s.Currency.Money(s.Amount), v.verified(s.Method)})
	}
	return t
}

// verified says whether a way to pay was compared with the bank or the application when the register was closed.
func (v cashView) verified(m Method) string {
	if m == Cash {
		return "contado"
	}
	for _, checked := range v.Session.Verified {
		if checked == m {
			return "sí"
		}
	}
	return "no"
}

func (v cashView) linesTable() paper.Table {
	t := paper.Table{Columns: []paper.Column{{Label: "Hora", Share: 0.7}, {Label: "Quién o qué", Share: 3}, {Label: "Comprobante", Share: 1.6}, {Label: "Medio", Share: 1.2},
		{Label: "Importe", Share: 1.3, Right: true}}}
	for i := len(v.Lines) - 1; i >= 0; i-- {
		l := v.Lines[i]
		t.Rows = append(t.Rows, []string{views.Clock(v.local(l.At)), l.Text, l.Document, l.Method.Label(), signedIn(l.Currency, l.Amount)})
	}
	return t
}
