package billing

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
	"hampi/modules/platform/web"
	"hampi/views"
)

const cashPath = "/caja"

func (h front) cashRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(cashPath, h.cash, charge)
	r.POST(cashPath, h.openCash, charge)
	r.POST(cashPath+"/:id/conteo", h.countCash, charge)
}

// cashForm is what is typed about a register.
type cashForm struct {
	ID       string `form:"id"`
	Opening  string `form:"apertura"`
	MoveID   string `form:"movimiento_id"`
	Way      string `form:"sentido"` // entra, sale
	Amount   string `form:"importe"`
	Concept  string `form:"concepto"`
	Reason   string `form:"motivo"`
	Verified []string
	Pieces   map[string]string
}

// line is something that went through a register.
type line struct {
	At       time.Time
	Text     string
	Document string
	Method   Method
	Currency Currency
	Amount   decimal.Decimal
}

// cashView is a register as its page shows it.
type cashView struct {
	Session   CashSession
	None      bool // there is none open: the page opens one
	Owner     string
	Site      string
	Sums      []MethodSum
	Lines     []line
	Charges   int
	Outs      int
	OutAmount decimal.Decimal
	Receipts  []Receipt // those without a document
	Around    cashAround
	Away      bool // on a device, which neither compares nor closes
	Form      cashForm
	Problems  fault.Problems
	Now       time.Time
	OpID      string
}

func (v cashView) local(t time.Time) time.Time { return t.In(v.Now.Location()) }

// hidden holds while the cash that has to be there is nobody's to see.
func (v cashView) hidden() bool { return v.Away || v.Session.Counted == nil }

// cashAround is what only the server draws on the page of a register.
type cashAround struct {
	Others templ.Component // earlier registers; nil without
	Acts   templ.Component // what goes in and out of the one that is open, and how a counted one is closed
}

// cash shows one's open register of the site, or how to open one.
func (h front) cash(c echo.Context) error {
	return h.showCash(c, http.StatusOK, cashForm{}, nil)
}

func (h front) showCash(c echo.Context, status int, f cashForm, problems fault.Problems) error {
	ctx := c.Request().Context()
	s, err := h.Till.Open(ctx, access.Who(ctx).SiteID)
	none := errors.Is(err, ErrNoCash)
	if err != nil && !none {
		return err
	}
	v, err := h.cashView(ctx, s)
	if err != nil {
		return err
	}
	v.None, v.Problems, v.Form = none, problems, f
	if v.Form.ID == "" {
		v.Form.ID = newID().String()
	}
	if v.Form.MoveID == "" {
		v.Form.MoveID = newID().String()
	}
	if !h.away() {
		if v.Around, err = h.back.closing(ctx, v); err != nil {
			return err
		}
	}
	return web.Show(c, web.Page{Status: status, Title: "Caja", Nav: cashPath, Context: v.Site, Body: cashBody(v)})
}

// cashView reads what went through a register; of the zero one there is nothing.
func (h front) cashView(ctx context.Context, s CashSession) (cashView, error) {
	v := cashView{Session: s, Now: h.Now().In(zone(ctx)), OpID: newID().String(), Away: h.away()}
	site := s.SiteID
	if s.ID == uuid.Nil {
		site = access.Who(ctx).SiteID
	}
	sites, err := h.House.Sites(ctx)
	if err != nil {
		return v, err
	}
	for _, one := range sites {
		if one.ID == site {
			v.Site = one.Name
		}
	}
	if s.ID == uuid.Nil {
		return v, nil
	}
	names, err := h.memberNames(ctx)
	if err != nil {
		return v, err
	}
	v.Owner = names[s.Owner]
	return v, h.fill(ctx, &v)
}

func (h front) fill(ctx context.Context, v *cashView) error {
	payments, movements, err := h.Till.Contents(ctx, v.Session)
	if err != nil {
		return err
	}
	var people []uuid.UUID
	for _, p := range payments {
		if p.PatientID != nil {
			people = append(people, *p.PatientID)
		}
	}
	names, err := h.People.NamesByID(ctx, people)
	if err != nil {
		return err
	}
	if v.Receipts, err = h.Receipts.Open(ctx, v.Session.ID); err != nil {
		return err
	}
	v.Sums = ByMethod(payments)
	charged := map[uuid.UUID]bool{}
	for _, p := range payments {
		l := line{At: p.At, Document: p.paper(), Method: p.Method, Currency: p.Currency, Amount: p.Amount, Text: "Cliente"}
		if p.PatientID != nil {
			l.Text = names[*p.PatientID]
		}
		if p.RefundsID != nil {
			l.Text = "Devolución: " + l.Text
		} else {
			charged[p.of()] = true
		}
		v.Lines = append(v.Lines, l)
	}
	v.Charges = len(charged)
	for _, m := range movements {
		v.Lines = append(v.Lines, line{At: m.At, Text: m.Concept, Method: Cash, Amount: m.Amount})
		if m.Amount.IsNegative() {
			v.Outs, v.OutAmount = v.Outs+1, v.OutAmount.Add(m.Amount.Abs())
		}
	}
	sorting.By(v.Lines, func(a, b line) int { return b.At.Compare(a.At) })
	return nil
}

func (h front) openCash(c echo.Context) error {
	var f cashForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := formID(f.ID)
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	opening := soles(f.Opening, "apertura", problems)
	if len(problems) > 0 {
		return h.showCash(c, http.StatusUnprocessableEntity, f, problems)
	}
	ctx := c.Request().Context()
	_, err = h.Till.Begin(ctx, id, access.Who(ctx).SiteID, opening)
	if refused, ok := refusals(err); ok {
		return h.showCash(c, statusOf(err), f, renamed(refused, "opening_amount", "apertura"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Caja abierta con "+views.Money(opening))
	return web.Leave(c, cashPath)
}

func (h front) countCash(c echo.Context) error {
	session, err := idParam(c)
	if err != nil {
		return err
	}
	if _, err := h.Till.ByID(c.Request().Context(), session, false); err != nil {
		return err
	}
	typed, err := c.FormParams()
	if err != nil {
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	f, pieces, problems := cashForm{Pieces: map[string]string{}}, map[string]int{}, fault.Problems{}
	for _, d := range Denominations() {
		text := strings.TrimSpace(typed.Get(PiecesField(d)))
		f.Pieces[d] = text
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			problems.Add(PiecesField(d), "Escriba cuántas piezas hay de "+d+".")
		}
		pieces[d] = n
	}
	if len(pieces) == 0 && len(problems) == 0 {
		problems.Add("", "Falta contar. Si no hay efectivo, escriba 0 en alguna pieza.")
	}
	if err := h.waits(c.Request().Context(), problems); err != nil {
		return err
	}
	if len(problems) > 0 {
		return h.showCash(c, http.StatusUnprocessableEntity, f, problems)
	}
	_, err = h.Till.Count(c.Request().Context(), session, pieces)
	if refused, ok := refusals(err); ok {
		return h.showCash(c, statusOf(err), f, refused)
	}
	if err != nil {
		return err
	}
	return web.Leave(c, cashPath)
}

// waits refuses to compare as long as something that was done on one's devices has not arrived: it may be money.
func (h front) waits(ctx context.Context, problems fault.Problems) error {
	if h.away() {
		return nil
	}
	n, err := h.back.unsent(ctx)
	if n > 0 {
		problems.Add("", "Sus equipos tienen "+views.Number(n)+" por enviar. Compare cuando todo esté enviado.")
	}
	return err
}
