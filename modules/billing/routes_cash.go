//go:build !js

package billing

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const cashPath = "/caja"

func (h screens) cashRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(cashPath, h.cash, charge)
	r.POST(cashPath, h.openCash, charge)
	r.GET(cashPath+"/:id", h.cashReport, charge)
	r.POST(cashPath+"/:id/movimientos", h.moveCash, charge)
	r.POST(cashPath+"/:id/conteo", h.countCash, charge)
	r.POST(cashPath+"/:id/cierre", h.closeCash, charge)
}

// sessionsShown is how many registers the list holds.
const sessionsShown = 30

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
	Others    []sessionLine
	Form      cashForm
	Problems  fault.Problems
	Now       time.Time
	OpID      string
}

// sessionLine is a register in the list.
type sessionLine struct {
	CashSession
	Owner string
}

func (v cashView) local(t time.Time) time.Time { return t.In(v.Now.Location()) }

// hidden holds while the cash that has to be there is nobody's to see.
func (v cashView) hidden() bool { return v.Session.Counted == nil }

// cash shows one's open register of the site, or how to open one.
func (h screens) cash(c echo.Context) error {
	return h.showCash(c, http.StatusOK, cashForm{}, nil)
}

func (h screens) showCash(c echo.Context, status int, f cashForm, problems fault.Problems) error {
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
	all, err := h.Till.List(ctx, access.Who(ctx).Can(accounts.BillingOverride), sessionsShown)
	if err != nil {
		return err
	}
	names, err := h.memberNames(ctx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != s.ID {
			v.Others = append(v.Others, sessionLine{other, names[other.Owner]})
		}
	}
	return web.Show(c, web.Page{Status: status, Title: "Caja", Nav: cashPath, Context: v.Site, Body: cashBody(v)})
}

// cashView reads what went through a register; of the zero one there is nothing.
func (h screens) cashView(ctx context.Context, s CashSession) (cashView, error) {
	v := cashView{Session: s, Now: h.Now().In(zone(ctx)), OpID: newID().String()}
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

func (h screens) fill(ctx context.Context, v *cashView) error {
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
	v.Sums = ByMethod(payments)
	charged := map[uuid.UUID]bool{}
	for _, p := range payments {
		l := line{At: p.At, Document: p.Document.String(), Method: p.Method, Amount: p.Amount, Text: "Cliente"}
		if p.PatientID != nil {
			l.Text = names[*p.PatientID]
		}
		if p.RefundsID != nil {
			l.Text = "Devolución: " + l.Text
		} else {
			charged[p.InvoiceID] = true
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
	slices.SortStableFunc(v.Lines, func(a, b line) int { return b.At.Compare(a.At) })
	return nil
}

// soles reads an amount as it is typed; an empty or unreadable one is a problem of its field.
func soles(typed, field string, problems fault.Problems) decimal.Decimal {
	amount, ok := catalog.ParseSoles(typed)
	if !ok {
		problems.Add(field, "Escriba el importe en soles, como 150 o 36.50.")
	}
	return amount
}

func (h screens) openCash(c echo.Context) error {
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

// renamed gives a problem the name of the form's field.
func renamed(problems fault.Problems, pairs ...string) fault.Problems {
	for i := 0; i+1 < len(pairs); i += 2 {
		if sentence, there := problems[pairs[i]]; there {
			delete(problems, pairs[i])
			problems[pairs[i+1]] = sentence
		}
	}
	return problems
}

func (h screens) moveCash(c echo.Context) error {
	session, err := idParam(c)
	if err != nil {
		return err
	}
	var f cashForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := formID(f.MoveID)
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	amount := soles(f.Amount, "importe", problems)
	switch f.Way {
	case "entra":
	case "sale":
		amount = amount.Neg()
	default:
		problems.Add("sentido", "Elija si entra o sale.")
	}
	if len(problems) > 0 {
		return h.showCash(c, http.StatusUnprocessableEntity, f, problems)
	}
	err = h.Till.Move(c.Request().Context(), Movement{ID: id, SessionID: session, Amount: amount, Concept: f.Concept})
	if refused, ok := refusals(err); ok {
		return h.showCash(c, statusOf(err), f, renamed(refused, "amount", "importe", "concept", "concepto"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Movimiento anotado")
	return web.Leave(c, cashPath)
}

func (h screens) countCash(c echo.Context) error {
	session, err := idParam(c)
	if err != nil {
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

func (h screens) closeCash(c echo.Context) error {
	session, err := idParam(c)
	if err != nil {
		return err
	}
	typed, err := c.FormParams()
	if err != nil {
		return fault.InvalidField("", "El formulario llegó incompleto. Vuelva a enviarlo.")
	}
	f := cashForm{Reason: typed.Get("motivo"), Verified: typed["verificado"]}
	var verified []Method
	for _, m := range f.Verified {
		verified = append(verified, Method(m))
	}
	_, err = h.Till.Close(c.Request().Context(), session, f.Reason, verified)
	if refused, ok := refusals(err); ok {
		return h.showCash(c, statusOf(err), f, renamed(refused, "reason", "motivo"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Caja cerrada")
	return web.Leave(c, cashPath+"/"+session.String())
}

// cashReport is a register to look at and to print: one's own, and anybody's for who may see all.
func (h screens) cashReport(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := h.Till.ByID(ctx, id, access.Who(ctx).Can(accounts.BillingOverride))
	if err != nil {
		return err
	}
	v, err := h.cashView(ctx, s)
	if err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: "Caja de " + v.Owner, Nav: cashPath, Back: cashPath, Context: views.LongDayInText(v.local(s.OpenedAt), v.Now), Body: cashReportBody(v)})
}
