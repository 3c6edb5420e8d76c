//go:build !js

package accounts

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// ProfileRoutes adds the page where a person says with which title and number they sign; their name has a form of its
// own in /mi-cuenta.
func ProfileRoutes(r *web.Router, staff *Staff) {
	p := profileRoutes{staff}
	r.GET("/mi-cuenta/colegiatura", p.show, web.SignedIn(), web.Of(web.OwnTx))
	r.POST("/mi-cuenta/colegiatura", p.save, web.SignedIn(), web.Of(web.OwnTx))
}

type profileRoutes struct{ staff *Staff }

// Profile is what the person who asks has said of themselves.
func (s *Staff) Profile(ctx context.Context) (Profile, error) {
	var p Profile
	err := s.db.AsSystem(ctx, "read a person's own profile", func(tx *gorm.DB) error {
		row := tx.Raw("select name, title, college, college_number from users where id = ?", access.Who(ctx).UserID).Row()
		return row.Scan(&p.Name, &p.Title, &p.College, &p.CollegeNumber)
	})
	if err != nil {
		return Profile{}, fmt.Errorf("read a profile: %w", err)
	}
	return p, nil
}

func (p profileRoutes) show(c echo.Context) error {
	stored, err := p.staff.Profile(c.Request().Context())
	if err != nil {
		return err
	}
	form := inviteForm{Name: stored.Name, Title: stored.Title, College: stored.College, Number: stored.CollegeNumber}
	return p.draw(c, http.StatusOK, form, nil)
}

func (p profileRoutes) draw(c echo.Context, status int, form inviteForm, problems fault.Problems) error {
	return web.Show(c, web.Page{Status: status, Title: "Título y colegiatura", Nav: "/mi-cuenta", Back: "/mi-cuenta", Body: profilePage(form, problems)})
}

func (p profileRoutes) save(c echo.Context) error {
	var form inviteForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx := c.Request().Context()
	stored, err := p.staff.Profile(ctx)
	if err != nil {
		return err
	}
	form.Name = stored.Name
	err = p.staff.ChangeProfile(ctx, form.profile(), access.Who(ctx).Has(string(Doctor)))
	if problems, ok := fault.Fields(err); ok {
		return p.draw(c, http.StatusUnprocessableEntity, form, problems)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Se guardaron los cambios.")
	return web.SeeOther(c, "/mi-cuenta")
}
