//go:build !js

package prices

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/catalog"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h routes) agreements(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := h.editor.AllAgreements(ctx)
	if err != nil {
		return err
	}
	page := agreementsPage{Retired: c.QueryParam("retirados") == "si", Any: len(all) > 0, Today: h.today(ctx)}
	for _, a := range all {
		if a.Active || page.Retired {
			page.Agreements = append(page.Agreements, a)
		}
	}
	return web.ShowSettings(c, agreementsSlug, web.Page{
		Primary: &views.Action{Label: "Nuevo convenio", Href: agreementsPath + "/nuevo", Icon: "plus"},
	}, agreementsList(page))
}

func (h routes) newAgreement(c echo.Context) error {
	form := formOfAgreement(Agreement{ID: newID(), CopayKind: Fixed, From: h.today(c.Request().Context())})
	form.Copay, form.PercentOff = "", ""
	return h.drawAgreement(c, http.StatusOK, editorPage[agreementForm]{Form: form, Action: agreementsPath, New: true}, "Nuevo convenio")
}

func (h routes) addAgreement(c echo.Context) error {
	var form agreementForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := newFormID(form.ID)
	if err != nil {
		return err
	}
	a, err := form.agreement(id)
	if err == nil {
		a, err = h.editor.AddAgreement(c.Request().Context(), a)
	}
	if status, problems, ok := refusal(err); ok {
		return h.drawAgreement(c, status, editorPage[agreementForm]{Form: form, Action: agreementsPath, New: true, Problems: problems}, "Nuevo convenio")
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Se cobra por el convenio "+a.Name+".")
	return web.SeeOther(c, pricesPath+"?de="+Scope{Agreement: a.ID}.word())
}

func (h routes) namedAgreement(c echo.Context) (Agreement, error) {
	id, err := idOf(c)
	if err != nil {
		return Agreement{}, err
	}
	return h.editor.Agreement(c.Request().Context(), id)
}

func (h routes) agreement(c echo.Context) error {
	a, err := h.namedAgreement(c)
	if err != nil {
		return err
	}
	return h.drawAgreement(c, http.StatusOK, editorPage[agreementForm]{Form: formOfAgreement(a), Action: agreementPath(a.ID), Retired: !a.Active}, a.Name)
}

func (h routes) changeAgreement(c echo.Context) error {
	stored, err := h.namedAgreement(c)
	if err != nil {
		return err
	}
	var form agreementForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	typed, err := form.agreement(stored.ID)
	if err == nil {
		_, err = h.editor.ChangeAgreement(c.Request().Context(), typed)
	}
	if status, problems, ok := refusal(err); ok {
		if errors.Is(err, catalog.ErrStale) {
			form.Version = stored.Version // what was typed stays; saving it again is a decision
		}
		page := editorPage[agreementForm]{Form: form, Action: agreementPath(stored.ID), Retired: !stored.Active, Problems: problems}
		return h.drawAgreement(c, status, page, stored.Name)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Quedó guardado "+typed.Name+".")
	return web.SeeOther(c, agreementsPath)
}

func (h routes) drawAgreement(c echo.Context, status int, page editorPage[agreementForm], heading string) error {
	page.OpID = newID().String()
	return web.ShowSettings(c, agreementsSlug, web.Page{Status: status, Heading: heading}, agreementEditor(page))
}

func (h routes) endAgreement(c echo.Context) error {
	return h.switchAgreement(c, false, "Ya no se cobra por el convenio ")
}

func (h routes) resumeAgreement(c echo.Context) error {
	return h.switchAgreement(c, true, "Se cobra otra vez por el convenio ")
}

func (h routes) switchAgreement(c echo.Context, active bool, words string) error {
	a, err := h.namedAgreement(c)
	if err != nil {
		return err
	}
	return h.switched(c, h.editor.UseAgreement, a.ID, active, words+a.Name+".", agreementsPath)
}
