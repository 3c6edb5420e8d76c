package catalog

import (
	"context"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
)

// FirstServices is the part of a clinic's first day in which it takes over services with suggested prices.
type FirstServices struct{ catalog *Catalog }

var _ accounts.OnboardingStep = FirstServices{}

// NewFirstServices offers the catalogue's part of the first day.
func NewFirstServices(c *Catalog) FirstServices { return FirstServices{c} }

// Slug is the step's address below /empezar.
func (FirstServices) Slug() string { return "servicios" }

// Title is the step's name in the bar.
func (FirstServices) Title() string { return "Servicios y precios" }

// Body draws the suggestions for the clinic's specialties, all ticked.
func (f FirstServices) Body(ctx context.Context) (templ.Component, error) {
	open, err := f.catalog.OpenSuggestions(ctx)
	if err != nil {
		return nil, err
	}
	return f.draw(suggestionsPage{Groups: grouped(freshLines(open))}), nil
}

// Save adds what is ticked; what the clinic has already stays as it is.
func (f FirstServices) Save(c echo.Context) error {
	lines, _, err := acceptFrom(c, f.catalog)
	if problems, ok := fault.Fields(err); ok {
		return &accounts.Redraw{Status: refusedAs(err), Body: f.draw(suggestionsPage{Groups: grouped(lines), Problems: problems})}
	}
	return err
}

// Done reports whether the clinic offers anything.
func (f FirstServices) Done(ctx context.Context) (bool, error) {
	offered, err := f.catalog.Services(ctx, Filter{Limit: 1})
	return len(offered) > 0, err
}

func (f FirstServices) draw(page suggestionsPage) templ.Component {
	page.Action, page.Verb, page.OpID = "/empezar/"+f.Slug(), "Guardar y terminar", newOpID()
	return suggestionsEditor(page)
}
