package billing

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const receiptsPath = "/recibos"

// receiptPath is the page of a receipt.
func receiptPath(id uuid.UUID) string { return receiptsPath + "/" + id.String() }

// receiptsListed is how many receipts a list holds.
const receiptsListed = 200

func (h front) receiptRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(receiptsPath, h.receipts, charge)
	r.GET(receiptsPath+"/:id", h.showReceipt, charge)
	r.GET(receiptsPath+"/:id/imprimir", h.printReceipt, charge)
}

// issueForm is what is typed to make the document of a receipt.
type issueForm struct {
	Kind    string `form:"comprobante"`
	DocType string `form:"tipo_documento"`
	DocNo   string `form:"documento"`
	Name    string `form:"nombre"`
	Address string `form:"direccion"`
}

// receiptView is a receipt as its page and its paper show it.
type receiptView struct {
	Receipt
	Patient  string
	By       string
	Site     string
	Clinic   accounts.Clinic
	Away     bool
	Fresh    bool // just given by who looks: printing is one Enter away
	Form     issueForm
	Problems fault.Problems
	Now      time.Time
	OpID     string
}

func (v receiptView) at() time.Time { return v.IssuedAt.In(v.Now.Location()) }

// receiptsView is a list of receipts.
type receiptsView struct {
	List []Receipt
	Away bool
	Now  time.Time
}

// receipts lists those without a document; on a device, all that it holds.
func (h front) receipts(c echo.Context) error {
	ctx := c.Request().Context()
	v := receiptsView{Away: h.away(), Now: h.Now().In(zone(ctx))}
	var err error
	if v.Away {
		v.List, err = h.Receipts.store.ownReceipts(ctx, receiptsListed)
	} else {
		v.List, err = h.Receipts.Open(ctx, uuid.Nil)
	}
	if err != nil {
		return err
	}
	title := "Recibos sin comprobante"
	if v.Away {
		title = "Recibos de este equipo"
	}
	return web.Show(c, web.Page{Title: title, Nav: cashPath, Back: cashPath, Body: receiptsBody(v)})
}

func (h front) showReceipt(c echo.Context) error {
	return h.receiptPage(c, http.StatusOK, issueForm{}, nil)
}

func (h front) receiptPage(c echo.Context, status int, f issueForm, problems fault.Problems) error {
	v, err := h.receiptView(c)
	if err != nil {
		return err
	}
	if f.Kind == "" {
		f = issueForm{Kind: string(v.Wanted), DocType: string(v.Customer.DocumentType), DocNo: v.Customer.DocumentNumber, Name: v.Customer.Name, Address: v.Customer.Address}
	}
	if f.Kind == "" {
		f.Kind = string(Boleta)
	}
	v.Form, v.Problems = f, problems
	return web.Show(c, web.Page{Status: status, Title: "Recibo " + v.Number, Nav: cashPath, Back: cashPath, Body: receiptBodyOf(v)})
}

func (h front) receiptView(c echo.Context) (v receiptView, err error) {
	id, err := idParam(c)
	if err != nil {
		return v, err
	}
	ctx := c.Request().Context()
	v = receiptView{Now: h.Now().In(zone(ctx)), OpID: newID().String(), Away: h.away()}
	if v.Receipt, err = h.Receipts.ByID(ctx, id); err != nil {
		return v, err
	}
	v.Fresh = fresh(ctx, v.Receipt.By, v.IssuedAt, v.Now)
	return v, h.aroundReceipt(ctx, &v)
}

// aroundReceipt adds the names on a receipt.
func (h front) aroundReceipt(ctx context.Context, v *receiptView) error {
	var err error
	if v.Clinic, err = h.House.Clinic(ctx); err != nil {
		return err
	}
	sites, err := h.House.Sites(ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		if s.ID == v.SiteID {
			v.Site = s.Name
			if s.Address != "" {
				v.Site += ", " + s.Address
			}
		}
	}
	names, err := h.memberNames(ctx)
	if err != nil {
		return err
	}
	v.By = names[v.Receipt.By]
	if v.PatientID == nil {
		return nil
	}
	people, err := h.People.NamesByID(ctx, []uuid.UUID{*v.PatientID})
	v.Patient = people[*v.PatientID]
	return err
}

// printReceipt is the receipt on paper: 80 mm, or A4.
func (h front) printReceipt(c echo.Context) error {
	v, err := h.receiptView(c)
	if err != nil {
		return err
	}
	paper := "80"
	if c.QueryParam("papel") == "a4" {
		paper = "a4"
	}
	page := views.PrintPage(views.Head{Look: web.Look(c), Title: "Recibo " + v.Number}, paper)
	sheet := receiptTicket(v)
	if paper == "a4" {
		sheet = receiptSheet(v)
	}
	return web.Render(c, http.StatusOK, page, sheet)
}

// words say how a receipt stands towards its document.
func (r Receipt) words() string {
	switch {
	case !r.open():
		return "Con comprobante"
	case r.Problem != "":
		return "Recibo sin comprobante"
	case r.Pending && r.Wanted == "":
		return "Por enviar"
	case r.Pending:
		return "Por enviar; se hará " + r.Wanted.word() + " sola"
	}
	return "Recibo sin comprobante"
}

// rest is what the receipt leaves to be paid.
func (v receiptView) rest() decimal.Decimal { return Rest(v.Totals().Total, v.Payments) }

// head is the head of the paper.
func (v receiptView) head() views.PrintHeader {
	name := v.Clinic.LegalName
	if name == "" {
		name = v.Clinic.Name
	}
	line := v.Site
	if v.Clinic.RUC != "" {
		line = "RUC " + v.Clinic.RUC + " · " + line
	}
	return views.PrintHeader{Clinic: name, ClinicLine: line, Title: "Recibo preliminar " + v.Number, Date: views.Day(v.at()) + " " + views.Clock(v.at())}
}

// promise says what the customer gets beside the receipt.
func (v receiptView) promise() string {
	switch {
	case !v.open():
		return "Comprobante electrónico: " + v.Document.String() + "."
	case v.Wanted != "":
		return "No es comprobante de pago. La " + v.Wanted.word() + " electrónica se emite después y se le envía."
	}
	return "No es comprobante de pago. Pida su boleta o factura con este número."
}
