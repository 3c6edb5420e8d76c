//go:build !js

package billing

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/web"
	"hampi/views"
)

const debtsPath = cashPath + "/deudas"

func (h screens) debtRoutes(r *web.Router) {
	charge := web.Needs(accounts.BillingCharge)
	r.GET(debtsPath, h.debts, charge)
	r.POST(debtsPath+"/exportar", h.exportDebts, charge)
}

// debtsShown is how many rows a page of the list holds.
const debtsShown = 100

// The ways to look at the list.
const (
	eachDebt  = ""
	byPatient = "paciente"
	byPayer   = "pagador"
)

// debtQuery is the address of the list.
type debtQuery struct {
	Site string `query:"sede" form:"sede"`
	Age  string `query:"edad" form:"edad"`
	View string `query:"ver" form:"ver"`
	From int    `query:"desde" form:"desde"`
}

func (q debtQuery) filter() DebtFilter {
	f := DebtFilter{}
	if id, err := uuid.Parse(q.Site); err == nil {
		f.Site = id
	}
	if n, err := strconv.Atoi(q.Age); err == nil && n >= int(NotYet) && n <= int(Older) {
		age := Age(n)
		f.Age = &age
	}
	return f
}

// address is the list as another question asks for it.
func (q debtQuery) address() string {
	values := url.Values{}
	for name, value := range map[string]string{"sede": q.Site, "edad": q.Age, "ver": q.View} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.From > 0 {
		values.Set("desde", strconv.Itoa(q.From))
	}
	if len(values) == 0 {
		return debtsPath
	}
	return debtsPath + "?" + values.Encode()
}

// debtsView is the list of what is owed.
type debtsView struct {
	Query  debtQuery
	Debts  []Debt
	Owing  []Owing
	Sums   []debtSums // soles, and what is owed in other currencies
	Sites  []accounts.Site
	Cashes []views.NavItem
	Before []undocumented // what is owed and has no document yet
	More   string
	Now    time.Time
}

// debtSums is what is owed in one currency, by age and in all.
type debtSums struct {
	Currency Currency
	Ages     map[Age]decimal.Decimal
	Total    decimal.Decimal
}

// sumsOf adds debts up by currency: soles always, others where something is owed in them.
func sumsOf(debts []Debt) []debtSums {
	var list []debtSums
	for _, currency := range currencies() {
		s := debtSums{Currency: currency, Ages: map[Age]decimal.Decimal{}}
		for _, d := range debts {
			if d.Currency.code() == currency {
				s.Ages[d.Age], s.Total = s.Ages[d.Age].Add(d.Amount), s.Total.Add(d.Amount)
			}
		}
		if currency == Soles || s.Total.IsPositive() {
			list = append(list, s)
		}
	}
	return list
}

func (v debtsView) segments() []views.NavItem {
	item := func(label, view string) views.NavItem {
		q := v.Query
		q.View, q.From = view, 0
		return views.NavItem{Label: label, Href: q.address(), Current: v.Query.View == view}
	}
	return []views.NavItem{item("Detalle", eachDebt), item("Por paciente", byPatient), item("Por aseguradora o empresa", byPayer)}
}

// ageItem leads to the debts of one age, and away from it when it is the one that is shown.
func (v debtsView) ageItem(a Age) (href string, current bool) {
	q, n := v.Query, strconv.Itoa(int(a))
	q.From = 0
	if q.Age == n {
		q.Age = ""
		return q.address(), true
	}
	q.Age = n
	return q.address(), false
}

func (v debtsView) siteName(id uuid.UUID) string {
	for _, s := range v.Sites {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

func (h screens) debts(c echo.Context) error {
	ctx := c.Request().Context()
	var q debtQuery
	if err := web.BindQuery(c, &q); err != nil {
		return err
	}
	v := debtsView{Query: q, Now: h.Now().In(zone(ctx)), Cashes: cashSections(debtsPath)}
	var err error
	if v.Sites, err = h.House.Sites(ctx); err != nil {
		return err
	}
	all := q.filter()
	all.Age = nil
	debts, err := h.Desk.Debts(ctx, all, h.People)
	if err != nil {
		return err
	}
	v.fill(debts)
	if v.Before, err = h.undocumented(ctx); err != nil {
		return err
	}
	if web.IsFragment(c) && q.From > 0 {
		return web.Render(c, http.StatusOK, debtRows(v))
	}
	return web.Show(c, web.Page{Title: "Por cobrar", Nav: cashPath, Body: debtsBody(v)})
}

// undocumented is money that is waited for and stands in no document: it is no debt that a paper names, and counts beside.
type undocumented struct {
	Label, Detail, Href string
	Amount              decimal.Decimal
}

// undocumented are what insurers owe and nobody billed, and receipts without their document.
func (h screens) undocumented(ctx context.Context) ([]undocumented, error) {
	var list []undocumented
	var open []OpenAgreement
	var err error
	if access.Who(ctx).Can(accounts.BillingOverride) { // who bills insurers
		open, err = h.Insurers.Open(ctx)
	}
	if err != nil {
		return nil, err
	}
	for _, o := range open {
		agreement, err := h.Book.Agreement(ctx, o.AgreementID)
		if err != nil {
			return nil, err
		}
		list = append(list, undocumented{
			Label: "Por facturar a " + agreement.Name, Detail: views.Plural(o.Attentions, "atención", "atenciones") + " desde el " + shortDay(o.Since),
			Href: insurerPath(o.AgreementID), Amount: o.Amount,
		})
	}
	receipts, err := h.Receipts.Open(ctx, uuid.Nil)
	if err != nil || len(receipts) == 0 {
		return list, err
	}
	rest := decimal.Zero
	for _, r := range receipts {
		rest = rest.Add(Rest(r.Totals().Total, r.Payments))
	}
	return append(list, undocumented{
		Label: views.Plural(len(receipts), "recibo sin comprobante", "recibos sin comprobante"), Detail: "lo que falta pagar", Href: receiptsPath, Amount: rest,
	}), nil
}

// fill adds up by age and takes the rows of this page.
func (v *debtsView) fill(debts []Debt) {
	v.Sums = sumsOf(debts)
	wanted := v.Query.filter().Age
	var shown []Debt
	for _, d := range debts {
		if wanted == nil || *wanted == d.Age {
			shown = append(shown, d)
		}
	}
	switch v.Query.View {
	case byPatient:
		v.Owing = OwedBy(ofPeople(shown), patientKey)
	case byPayer:
		v.Owing = OwedBy(withPayer(shown), payerKey)
	}
	from := min(max(v.Query.From, 0), max(len(shown), len(v.Owing)))
	v.Debts, v.Owing = pageOf(shown, from), pageOf(v.Owing, from)
	if next := v.Query; v.Query.View == eachDebt && from+len(v.Debts) < len(shown) || v.Query.View != eachDebt && len(v.Owing) == debtsShown {
		next.From = from + debtsShown
		v.More = next.address()
	}
}

func pageOf[T any](list []T, from int) []T {
	from = min(from, len(list))
	return list[from:min(from+debtsShown, len(list))]
}

func patientKey(d Debt) (key, name string) {
	if d.PatientID != nil {
		return d.PatientID.String(), d.Person
	}
	return d.Person, d.Person
}

func payerKey(d Debt) (key, name string) { return d.PayerRUC, d.Payer }

// ofPeople are the debts that are not a company's or an insurer's own.
func ofPeople(debts []Debt) []Debt {
	var list []Debt
	for _, d := range debts {
		if d.PatientID != nil || d.PayerRUC == "" {
			list = append(list, d)
		}
	}
	return list
}

// withPayer are the debts that a company or an insurer pays.
func withPayer(debts []Debt) []Debt {
	var list []Debt
	for _, d := range debts {
		if d.PayerRUC != "" {
			list = append(list, d)
		}
	}
	return list
}

// exportDebts hands the list over as a workbook, and writes down who took it.
func (h screens) exportDebts(c echo.Context) error {
	ctx := c.Request().Context()
	var q debtQuery
	if err := web.Bind(c, &q); err != nil {
		return err
	}
	debts, err := h.Desk.Debts(ctx, q.filter(), h.People)
	if err != nil {
		return err
	}
	sites, err := h.House.Sites(ctx)
	if err != nil {
		return err
	}
	if err := audit.Record(ctx, "export", "debts", uuid.Nil, map[string]any{"rows": len(debts)}); err != nil {
		return err
	}
	return sendSheet(c, "por-cobrar.xlsx", debtsSheet(debts, debtsView{Sites: sites}.siteName))
}
