package hce

import (
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"hampi/modules/patients"
	"hampi/modules/platform/web"
)

// alertsID is the element with the allergies and conditions of who is attended.
const alertsID = "avisos-paciente"

// headerView is what moves in the header of an open attention: allergies and conditions, which others may note meanwhile,
// and how long the attention goes on.
type headerView struct {
	Encounter Encounter
	Frame     patients.Frame
	Zone      *time.Location
	Now       time.Time
}

func (v attendView) header() headerView { return headerView{v.Encounter, v.Frame, v.Zone, v.Now} }

// alertsMark changes with what the chips say.
func (v headerView) alertsMark() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(alertWords(v.Frame), "\n"))) // a hash takes everything
	return strconv.FormatUint(h.Sum64(), 36)
}

// minutes is how long the attention goes on.
func (v headerView) minutes() int { return int(v.Now.Sub(v.Encounter.At()) / time.Minute) }

// poll is the address that answers when the header is not any more what this one says.
func (v headerView) poll() string {
	return attentionPath(v.Encounter.ID, "cabecera") + "?" + url.Values{"avisos": {v.alertsMark()}, "minutos": {strconv.Itoa(v.minutes())}}.Encode()
}

// alertWords are the allergies and conditions as their chips say them.
func alertWords(f patients.Frame) (words []string) {
	if f.Clinical == nil {
		return nil
	}
	for _, a := range f.Clinical.Allergies {
		words = append(words, allergyWords(a))
	}
	for _, x := range f.Clinical.Conditions {
		words = append(words, x.Name)
	}
	return words
}

// header answers an open attention that asks whether its header still holds: nothing when it does. Where an allergy or a
// condition came or went, the page also has its prescription looked at again.
func (h attendScreens) header(c echo.Context) error {
	ctx := c.Request().Context()
	id, err := idParam(c)
	if err != nil {
		return err
	}
	e, err := h.record.attended(ctx, id)
	if err != nil {
		return err
	}
	v := headerView{Encounter: e, Zone: h.record.Zone(ctx), Now: h.record.Now(ctx)}
	if v.Frame, err = h.record.Patients.Frame(ctx, e.PatientID, ""); err != nil {
		return err
	}
	known := c.QueryParam("avisos") == v.alertsMark()
	if known && c.QueryParam("minutos") == strconv.Itoa(v.minutes()) {
		return c.NoContent(http.StatusNoContent)
	}
	if !known {
		c.Response().Header().Set("HX-Trigger-After-Settle", "avisos:otros")
	}
	return web.Render(c, http.StatusOK, headerMoved(v))
}
