package catalog

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
)

// Habits is what the search asks of whoever keeps the diagnoses that were noted: how often each code was used, by the
// one who searches and by all of a specialty.
type Habits interface {
	Uses(ctx context.Context, doctor uuid.UUID, specialty string) (doctors, specialtys map[string]int, err error)
}

type codeRoutes struct {
	codes  *Codes
	house  House
	habits Habits
}

// CodeRoutes adds the look-up of diagnoses, which a note asks while one types. habits may be nil.
func CodeRoutes(r *web.Router, codes *Codes, house House, habits Habits) {
	h := codeRoutes{codes, house, habits}
	r.POST("/diagnosticos/buscar", h.find, web.Needs(accounts.CatalogRead))
}

// find answers a combobox. The specialty is the one that the form names, else the doctor's own; sex is the patient's
// (F or M), so that nobody is offered the other's diagnoses. Both may stand in the address: comboboxes send q alone.
func (h codeRoutes) find(c echo.Context) error {
	ctx, query := c.Request().Context(), c.FormValue("q")
	table, err := h.codes.CIE10(ctx)
	if err != nil {
		return err
	}
	prefer, err := h.preference(ctx, c.FormValue("specialty"))
	if err != nil {
		return err
	}
	prefer.Sex = Sex(c.FormValue("sex"))
	return web.Render(c, http.StatusOK, codeOptions(table.Search(query, prefer, optionsShown), query, prefer.Doctor))
}

// preference is what is known of who searches.
func (h codeRoutes) preference(ctx context.Context, specialty string) (Preference, error) {
	who := access.Who(ctx).MembershipID
	if specialty == "" {
		doctors, err := h.house.Doctors(ctx)
		if err != nil {
			return Preference{}, err
		}
		for _, d := range doctors {
			if d.ID == who {
				specialty = d.Specialty
			}
		}
	}
	prefer := Preference{Specialty: specialty}
	if h.habits == nil {
		return prefer, nil
	}
	var err error
	prefer.Doctor, prefer.SpecialtyUses, err = h.habits.Uses(ctx, who, specialty)
	return prefer, err
}
