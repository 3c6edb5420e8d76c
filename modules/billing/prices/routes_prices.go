//go:build !js

package prices

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/textfold"
	"hampi/modules/platform/web"
)

// priceForm is one price of the list as it is typed. Nothing typed gives it back to the list.
type priceForm struct {
	Scope string `form:"de"`
	Ref   string `form:"que"`
	Price string `form:"precio"`
}

// word is the scope in addresses: "sede:0193…", "convenio:0193…"; "" is the list.
func (s Scope) word() string {
	switch {
	case s.Agreement != uuid.Nil:
		return "convenio:" + s.Agreement.String()
	case s.Site != uuid.Nil:
		return "sede:" + s.Site.String()
	}
	return ""
}

// whose finds whose prices are meant among those that the clinic has.
func whose(word string, sites []accounts.Site, agreements []Agreement) (Scope, *Agreement, error) {
	kind, text, _ := strings.Cut(word, ":")
	id, err := uuid.Parse(text)
	if word == "" {
		return Scope{}, nil, nil
	}
	if err != nil {
		return Scope{}, nil, fault.ErrNotFound
	}
	if kind == "sede" && slices.ContainsFunc(sites, func(s accounts.Site) bool { return s.ID == id }) {
		return Scope{Site: id}, nil, nil
	}
	i := slices.IndexFunc(agreements, func(a Agreement) bool { return a.ID == id })
	if kind != "convenio" || i < 0 {
		return Scope{}, nil, fault.ErrNotFound
	}
	return Scope{Agreement: id}, &agreements[i], nil
}

func (h routes) pricesPage(ctx context.Context, word string) (pricesPage, error) {
	page := pricesPage{}
	var err error
	if page.Sites, err = h.sites.Sites(ctx); err != nil {
		return page, err
	}
	if page.Agreements, err = h.editor.AllAgreements(ctx); err != nil {
		return page, err
	}
	page.Scope, page.Agreement, err = whose(word, page.Sites, page.Agreements)
	return page, err
}

func (h routes) prices(c echo.Context) error {
	ctx := c.Request().Context()
	page, err := h.pricesPage(ctx, c.QueryParam("de"))
	if err != nil {
		return err
	}
	offers, err := h.editor.Offers(ctx)
	if err != nil {
		return err
	}
	page.Query = c.QueryParam("buscar")
	typed := textfold.Words(page.Query)
	for _, o := range offers {
		if o.Active && textfold.Begin(typed, textfold.Words(o.Name+" "+o.Code)) {
			page.Lines = append(page.Lines, page.line(o))
		}
	}
	return web.ShowSettings(c, pricesSlug, web.Page{}, pricesList(page))
}

// line is an offer with what it costs in the page's scope.
func (p pricesPage) line(o Offer) priceLine {
	l := priceLine{Offer: o, Scope: p.Scope, OpID: newID().String()}
	switch {
	case p.Agreement != nil:
		if own, named := p.Agreement.Prices[o.Ref]; named {
			l.Typed = own.StringFixed(2)
		}
		held := *p.Agreement
		held.Active, held.From, held.Until = true, agenda.Date{}, agenda.Date{} // what it says, whether it holds today or not
		price := PriceFor(o, uuid.Nil, &held, agenda.Date{})
		l.Split, l.Usual = &price, price.Full
	case p.Scope.Site != uuid.Nil:
		if own, named := o.Sites[p.Scope.Site]; named {
			l.Typed = own.StringFixed(2)
		}
		l.Usual = o.List
	default:
		l.Typed, l.Usual = o.List.StringFixed(2), o.List
	}
	return l
}

// setPrice keeps one price and answers its row.
func (h routes) setPrice(c echo.Context) error {
	var f priceForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	ctx := c.Request().Context()
	page, err := h.pricesPage(ctx, f.Scope)
	if err != nil {
		return err
	}
	ref, ok := ParseRef(f.Ref)
	if !ok {
		return fault.ErrNotFound
	}
	price, err := f.price()
	if err == nil {
		err = h.editor.SetPrice(ctx, page.Scope, ref, price)
	}
	status, problems, refused := refusal(err)
	if err != nil && !refused {
		return err
	}
	if !web.IsFragment(c) && !refused {
		return web.SeeOther(c, pricesPath+"?de="+page.Scope.word())
	}
	return h.answerPrice(c, page.Scope, ref, f, status, problems)
}

// answerPrice draws the row again: as it is kept now, or as it was typed with what is wrong.
func (h routes) answerPrice(c echo.Context, scope Scope, ref Ref, f priceForm, status int, problems fault.Problems) error {
	ctx := c.Request().Context()
	page, err := h.pricesPage(ctx, scope.word())
	if err != nil {
		return err
	}
	o, err := h.editor.Offer(ctx, ref)
	if err != nil {
		return err
	}
	line := page.line(o)
	if len(problems) == 0 {
		line.Saved = true
		return web.Render(c, http.StatusOK, priceRow(line))
	}
	line.Typed, line.Problem = f.Price, problems["precio"]+problems[""]
	if web.IsFragment(c) {
		return web.Render(c, status, priceRow(line))
	}
	page.Lines = []priceLine{line}
	return web.ShowSettings(c, pricesSlug, web.Page{Status: status}, pricesList(page))
}

// price reads what was typed; nil for nothing.
func (f priceForm) price() (*decimal.Decimal, error) {
	if strings.TrimSpace(f.Price) == "" {
		return nil, nil
	}
	problems := fault.Problems{}
	price := solesTyped(f.Price, "precio", problems)
	return &price, problems.Err()
}
