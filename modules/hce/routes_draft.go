package hce

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/hce/form"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
)

// save keeps the draft. It answers with the line that says when; without script, with the page again.
func (h attendScreens) save(c echo.Context) error {
	s, err := h.sentNote(c)
	if err != nil {
		return err
	}
	if edition, copied := h.copied(c); copied {
		if err := h.record.CopyDraft(c.Request().Context(), s.Saving, edition); err != nil {
			return err
		}
		return c.NoContent(http.StatusNoContent)
	}
	d, err := h.record.SaveDraft(c.Request().Context(), s.Saving)
	if err != nil {
		return h.beside(c, s, err)
	}
	if s.Values.Get("dejar") != "" { // the window goes: these are its last letters
		if err := h.record.LetGo(c.Request().Context(), s.EncounterID, s.Holder); err != nil {
			return err
		}
	}
	if !h.record.Away() {
		c.Response().Header().Set(offline.CopyHeader, strconv.FormatInt(d.Version, 10))
	}
	if !web.IsFragment(c) {
		return web.SeeOther(c, attentionPath(s.EncounterID, ""))
	}
	problems, err := h.counted(c, s)
	if err != nil {
		return err
	}
	words := savedWords(d, h.record.Zone(c.Request().Context()))
	return web.Render(c, http.StatusOK, savedDraft(d, words, s.Values.Get(countedField) != "", problems))
}

// countedField tells that the note was refused and its problems stand counted on the page.
const countedField = "contado"

// counted is what still keeps a note from being signed that was refused before.
func (h attendScreens) counted(c echo.Context, s sent) (fault.Problems, error) {
	if s.Values.Get(countedField) == "" {
		return nil, nil
	}
	a, err := h.drafted(c, s)
	if err != nil {
		return nil, err
	}
	r, err := h.record.reviewed(c.Request().Context(), a)
	return problemsOf(r), err
}

// copied reads, on a device, under which edition the server has just kept what is sent.
func (h attendScreens) copied(c echo.Context) (edition int64, copied bool) {
	text := c.Request().Header.Get(offline.CopyHeader)
	edition, err := strconv.ParseInt(text, 10, 64)
	return edition, err == nil && h.record.Away()
}

// beside answers a saving that was refused because the note went on in another window: what was sent is kept beside the
// note, and the window gets the note as it stands, to read. Everything else is told by the frame.
func (h attendScreens) beside(c echo.Context, s sent, err error) error {
	closed := errors.Is(err, errClosed)
	if !closed && !errors.Is(err, ErrStaleDraft) {
		return err
	}
	if err := h.record.SetAside(c.Request().Context(), s.Saving); err != nil {
		return err
	}
	if closed {
		web.Flash(c, "La atención ya se cerró en otra ventana")
	}
	if closed || !web.IsFragment(c) {
		return web.Leave(c, attentionPath(s.EncounterID, ""))
	}
	a, err := h.written(c, s.Holder)
	if err != nil {
		return err
	}
	v, err := h.view(c, a)
	if err != nil {
		return err
	}
	v.Holder = s.Holder
	return drawNote(c, v)
}

// drawNote puts the whole note in the place of the one that stands in the window. It is no refusal: what was sent is kept.
func drawNote(c echo.Context, v attendView) error {
	header := c.Response().Header()
	header.Set("HX-Retarget", "#nota")
	header.Set("HX-Reswap", "outerHTML")
	return web.Render(c, http.StatusOK, noteForm(v))
}

// dismiss lets go of what stands beside the note.
func (h attendScreens) dismiss(c echo.Context) error {
	encounter, err := idParam(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.FormValue("aparte"))
	if err != nil {
		return errDamaged
	}
	if err := h.record.DismissAside(c.Request().Context(), encounter, id); err != nil {
		return err
	}
	if web.IsFragment(c) {
		return c.HTML(http.StatusOK, "") // its section goes
	}
	return web.SeeOther(c, attentionPath(encounter, ""))
}

// redraw answers a change of a field: what came, what went, results, doubts.
func (h attendScreens) redraw(c echo.Context) error {
	s, err := h.sentNote(c)
	if err != nil {
		return err
	}
	a, err := h.drafted(c, s)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, form.Redraw(h.fields(a), s.Values, c.Request().Header.Get("HX-Trigger-Name")))
}

// diagnose adds, removes or moves a diagnosis of the note as it stands in the window.
func (h attendScreens) diagnose(c echo.Context) error {
	s, err := h.sentNote(c)
	if err != nil {
		return err
	}
	a, err := h.drafted(c, s)
	if err != nil {
		return err
	}
	problems := fault.Problems{}
	what, code, _ := strings.Cut(s.Act, ":")
	switch what {
	case "quitar":
		a.Draft.Body.Diagnoses = without(a.Draft.Body.Diagnoses, code)
	case "subir":
		a.Draft.Body.Diagnoses = raised(a.Draft.Body.Diagnoses, code)
	default:
		if code == "" {
			code = typedLine(s.Values.Get("codigo"))
		}
		d, err := h.record.Diagnose(c.Request().Context(), a, code)
		refused, ok := fault.Fields(err)
		switch {
		case ok:
			problems = refused
		case err != nil:
			return err
		case len(without(a.Draft.Body.Diagnoses, d.Code)) == len(a.Draft.Body.Diagnoses):
			a.Draft.Body.Diagnoses = append(a.Draft.Body.Diagnoses, d)
		}
	}
	if !web.IsFragment(c) {
		return h.kept(c, s, a)
	}
	v, err := h.partial(c, a)
	if err != nil {
		return err
	}
	v.Problems = problems
	return web.Render(c, http.StatusOK, diagnosesList(v))
}

// kept saves the note after a change that was made without script, and shows the page.
func (h attendScreens) kept(c echo.Context, s sent, a Attention) error {
	s.Body = a.Draft.Body
	if _, err := h.record.SaveDraft(c.Request().Context(), s.Saving); err != nil {
		return h.beside(c, s, err)
	}
	return web.SeeOther(c, attentionPath(s.EncounterID, ""))
}

// partial is the part of the view that a region of the note is drawn of.
func (h attendScreens) partial(c echo.Context, a Attention) (attendView, error) {
	ctx := c.Request().Context()
	v := attendView{Attention: a, Zone: h.record.Zone(ctx), Now: h.record.Now(ctx), Away: h.record.Away()}
	var err error
	v.Checked, err = h.record.Contraindications(ctx, a)
	return v, err
}

// suggest proposes diagnoses for what was written as assessment, else for all that was told.
func (h attendScreens) suggest(c echo.Context) error {
	s, err := h.sentNote(c)
	if err != nil {
		return err
	}
	a, err := h.drafted(c, s)
	if err != nil {
		return err
	}
	found, err := h.record.SuggestDiagnoses(c.Request().Context(), a, assessment(a))
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, suggestions(attendView{Attention: a}, found))
}

// assessmentField is the field in which a professional says what they think it is.
const assessmentField = "apreciacion"

func assessment(a Attention) string {
	if text := a.Draft.Body.Values[assessmentField].Text; text != "" {
		return text
	}
	var texts []string
	for _, section := range a.Template.Sections {
		for _, f := range section.Fields {
			if f.Type == form.Long || f.Key == "motivo" {
				texts = append(texts, a.Draft.Body.Values[f.Key].Text)
			}
		}
	}
	return strings.Join(texts, ".\n")
}

// prescribe adds, removes or looks again at lines of the prescription as it stands in the window. A change inside a
// line answers only what it moved, so that the hand may go on typing.
func (h attendScreens) prescribe(c echo.Context) error {
	s, err := h.sentNote(c)
	if err != nil {
		return err
	}
	a, err := h.drafted(c, s)
	if err != nil {
		return err
	}
	problems, err := h.changeItems(c, s, &a)
	if err != nil {
		return err
	}
	if !web.IsFragment(c) {
		if words := problems["medicamento"]; words != "" {
			web.Flash(c, words)
		}
		return h.kept(c, s, a)
	}
	v, err := h.partial(c, a)
	if err != nil {
		return err
	}
	v.Problems = problems
	if s.Act == "" {
		if err := h.stillWrong(c, a); err != nil {
			return err
		}
		return web.Render(c, http.StatusOK, itemsMoved(v))
	}
	return web.Render(c, http.StatusOK, itemsList(v))
}

// stillWrong names the inputs of the prescription that say too little, for the page to take back what it says of others.
func (h attendScreens) stillWrong(c echo.Context, a Attention) error {
	r := Review{Attention: a, Problems: fault.Problems{}}
	if _, err := h.record.checkItems(c.Request().Context(), r); err != nil {
		return err
	}
	text, err := jsonOf(map[string]any{"receta:falta": slices.Collect(maps.Keys(r.Problems))})
	c.Response().Header().Set("HX-Trigger-After-Settle", string(text))
	return err
}

func (h attendScreens) changeItems(c echo.Context, s sent, a *Attention) (fault.Problems, error) {
	ctx := c.Request().Context()
	items := &a.Draft.Body.Items
	what, argument, _ := strings.Cut(s.Act, ":")
	place, err := strconv.Atoi(argument)
	inside := err == nil && place >= 0 && place < len(*items)
	switch {
	case what == "quitar" && inside:
		*items = slices.Delete(slices.Clone(*items), place, place+1)
	case what == "favorita" && inside:
		return nil, h.record.Favourite(ctx, (*items)[place].Item)
	case what == "favorito":
		id, _ := uuid.Parse(argument) // what is no id is no favourite
		p, err := h.record.TakeFavourite(ctx, id)
		if fault.IsNotFound(err) {
			return fault.Problems{"medicamento": "Esa favorita ya no está."}, nil
		}
		if err != nil {
			return nil, err
		}
		*items = append(*items, p)
	case what == "libre":
		*items = append(*items, freeItem())
	case what == "repetir":
		before, stopped, err := h.record.Repeat(ctx, a.Look)
		if err != nil {
			return nil, err
		}
		*items = append(*items, before...)
		if words := stoppedWords(stopped); words != "" {
			return fault.Problems{"medicamento": words}, nil
		}
	case what == "recetar":
		p, err := h.record.Prescribe(ctx, *a, typedLine(s.Values.Get("medicamento")))
		if problems, refused := fault.Fields(err); refused {
			return problems, nil
		}
		if err != nil {
			return nil, err
		}
		*items = append(*items, p)
	}
	if len(*items) > mostItems {
		*items = (*items)[:mostItems]
		return fault.Problems{"medicamento": "Una receta lleva como máximo 30 medicamentos."}, nil
	}
	return nil, nil
}

// template begins the note with another template.
func (h attendScreens) template(c echo.Context) error {
	s, err := h.sentNote(c)
	if err != nil {
		return err
	}
	s.TemplateID, s.Version = readTemplateValue(s.Values.Get("plantilla"))
	_, err = h.record.ChangeTemplate(c.Request().Context(), s.Saving)
	if fault.IsNotFound(err) {
		return errDamaged
	}
	if err != nil {
		return err
	}
	return web.Leave(c, attentionPath(s.EncounterID, ""))
}

// takeOver lets this window write from now on; one that goes lets others.
func (h attendScreens) takeOver(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if c.FormValue("dejar") != "" {
		if err := h.record.LetGo(c.Request().Context(), id, typedLine(c.FormValue("ventana"))); err != nil {
			return err
		}
		return c.NoContent(http.StatusNoContent)
	}
	if err := h.record.TakeOver(c.Request().Context(), id, typedLine(c.FormValue("ventana"))); err != nil {
		return err
	}
	return web.Leave(c, attentionPath(id, ""))
}
