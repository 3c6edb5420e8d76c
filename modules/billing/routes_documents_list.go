//go:build !js

package billing

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// listSize is how many documents a page of the list holds.
const listSize = 50

// documentQuery is what the list of documents is asked for, as its address carries it.
type documentQuery struct {
	State  string `query:"estado"`
	Text   string `query:"buscar"`
	Kind   string `query:"tipo"`
	Site   string `query:"sede"`
	From   string `query:"desde"`
	To     string `query:"hasta"`
	Before string `query:"antes"`
}

// narrowed reports whether more than a state is asked for.
func (q documentQuery) narrowed() bool {
	return q.Text+q.Kind+q.Site+q.From+q.To != ""
}

// address is that of the list of what is asked for.
func (q documentQuery) address() string {
	values := url.Values{}
	for name, value := range map[string]string{
		"estado": q.State, "buscar": q.Text, "tipo": q.Kind, "sede": q.Site, "desde": q.From, "hasta": q.To, "antes": q.Before,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if len(values) == 0 {
		return documentsPath
	}
	return documentsPath + "?" + values.Encode()
}

// filter reads what is asked for, but for its text; problems are about days that nobody can read.
func (q documentQuery) filter(problems fault.Problems) Filter {
	f := Filter{States: filterStates(q.State), Kind: Kind(q.Kind), Limit: listSize + 1, Unreplaced: q.State == toPutRight}
	f.From, f.To = dayTyped(q.From, "desde", problems), dayTyped(q.To, "hasta", problems)
	if site := idTyped(q.Site); site != nil {
		f.Site = *site
	}
	if before := idTyped(q.Before); before != nil {
		f.Before = *before
	}
	return f
}

// toPutRight is the segment of what a person has to look at.
const toPutRight = "por-corregir"

// filterStates are what the segments of the list show.
func filterStates(name string) []Status {
	switch name {
	case "pendientes":
		return []Status{Queued, Sent, InVoiding}
	case toPutRight:
		return []Status{ToCorrect, Rejected}
	case "anulados":
		return []Status{Voided}
	}
	return nil
}

// documentsView is the list.
type documentsView struct {
	Query    documentQuery
	Problems fault.Problems
	Sites    []accounts.Site
	List     []documentLine
	More     string
	Now      time.Time
	Tail     bool // only rows, to stand below those already there

	Receipts int // preliminary receipts without a document
	Late     []LateDocument
	Held     int    // documents that wait because nobody takes the first of their series
	HeldWhy  string // in words
	Books    bool   // who reads keeps the books
	Insurers bool   // who reads bills insurers
}

// documentLine is a document in the list, with who it is about.
type documentLine struct {
	Listed
	Patient string
	Payer   string // who is named on the document, where that is not the patient
}

func (v documentsView) segments() []views.NavItem {
	item := func(label, state string) views.NavItem {
		q := v.Query
		q.State, q.Before = state, ""
		return views.NavItem{Label: label, Href: q.address(), Current: v.Query.State == state}
	}
	return []views.NavItem{item("Todos", ""), item("En camino", "pendientes"), item("Por corregir", toPutRight), item("Anulados", "anulados")}
}

// everything is the list without what narrows it.
func (v documentsView) everything() string { return documentQuery{State: v.Query.State}.address() }

func (v documentsView) siteOptions() []views.Option {
	var list []views.Option
	for _, s := range v.Sites {
		list = append(list, views.Option{Value: s.ID.String(), Label: s.Name})
	}
	return list
}

func listedKinds() []views.Option {
	var list []views.Option
	for _, k := range []Kind{Boleta, Factura, CreditNote, DebitNote} {
		list = append(list, views.Option{Value: string(k), Label: k.Label()})
	}
	return list
}

func (h screens) documents(c echo.Context) error {
	ctx := c.Request().Context()
	v := documentsView{Problems: fault.Problems{}, Now: h.Now().In(zone(ctx))}
	if err := web.BindQuery(c, &v.Query); err != nil {
		return err
	}
	f := v.Query.filter(v.Problems)
	v.Tail = f.Before != uuid.Nil
	if err := h.meant(ctx, v.Query.Text, &f); err != nil {
		return err
	}
	list, err := h.Ledger.List(ctx, f)
	if err != nil {
		return err
	}
	if len(list) > listSize {
		list = list[:listSize]
		next := v.Query
		next.Before = list[listSize-1].ID.String()
		v.More = next.address()
	}
	if v.List, err = h.named(ctx, list); err != nil {
		return err
	}
	if web.IsFragment(c) && v.Tail {
		return web.Render(c, http.StatusOK, documentRows(v))
	}
	if err := h.aroundList(ctx, &v); err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: "Comprobantes", Nav: documentsPath, Body: documentsBody(v)})
}

// aroundList reads what stands above the list.
func (h screens) aroundList(ctx context.Context, v *documentsView) (err error) {
	if v.Sites, err = h.House.Sites(ctx); err != nil {
		return err
	}
	if v.Receipts, err = h.Ledger.CountOpenReceipts(ctx); err != nil {
		return err
	}
	if v.Held, v.HeldWhy, err = h.Ledger.heldUp(ctx); err != nil {
		return err
	}
	v.Books, v.Insurers = access.Who(ctx).Can(accounts.BillingBooks), access.Who(ctx).Can(accounts.BillingOverride)
	v.Late, err = h.Ledger.Late(ctx, h.Now())
	return err
}

// named adds to documents who they are about: the patient, and whom the document names where that is somebody else.
func (h screens) named(ctx context.Context, list []Listed) ([]documentLine, error) {
	var people, others []uuid.UUID
	for _, l := range list {
		if l.PatientID != nil {
			people = append(people, *l.PatientID)
		}
		if l.PatientID == nil || l.Kind == Factura {
			others = append(others, l.ID)
		}
	}
	names, err := h.People.NamesByID(ctx, people)
	if err != nil {
		return nil, err
	}
	customers, err := h.Ledger.customers(ctx, others)
	if err != nil {
		return nil, err
	}
	lines := make([]documentLine, 0, len(list))
	for _, l := range list {
		line := documentLine{Listed: l, Payer: customers[l.ID].Name}
		if l.PatientID != nil {
			line.Patient = names[*l.PatientID]
		}
		lines = append(lines, line)
	}
	return lines, nil
}
