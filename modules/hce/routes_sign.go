package hce

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/hce/form"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// review keeps the draft and looks at it as it would be signed: what is missing stands at its field, else the dialog
// shows what will stand for ever.
func (h attendScreens) review(c echo.Context) error {
	ctx := c.Request().Context()
	s, err := h.sentNote(c)
	if err != nil {
		return err
	}
	d, err := h.record.SaveDraft(ctx, s.Saving)
	if err != nil {
		return h.beside(c, s, err)
	}
	r, err := h.record.Review(ctx, s.EncounterID, s.Holder)
	if err != nil {
		return err
	}
	if !r.Ready() {
		return h.unready(c, r, s.Holder)
	}
	box, err := h.signBox(c, r, d.Version, s.Holder)
	if err != nil {
		return err
	}
	v := reviewView{Review: r, Box: box, State: savedWords(d, h.record.Zone(ctx))}
	if v.Asides, err = h.record.Asides(ctx, s.EncounterID); err != nil {
		return err
	}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, reviewDialog(v))
	}
	return web.Show(c, web.Page{Title: "Firmar", Nav: "/hoy", Back: attentionPath(s.EncounterID, ""), Focus: true, Body: reviewPage(v)})
}

// unready draws the note again with everything that keeps it from being signed. Its status is not that of a refusal:
// the draft was kept.
func (h attendScreens) unready(c echo.Context, r Review, holder string) error {
	v, err := h.view(c, r.Attention)
	if err != nil {
		return err
	}
	v.Form = form.Refused(r.Template, r.Draft.Body.Values, r.Context)
	h.judge(&v.Form, r.Attention)
	for name, text := range r.Problems { // those of what was done are the record's
		v.Form.Problems.Add(name, text)
	}
	v.Problems, v.Holder = r.Problems, holder
	v.Refused = problemsOf(r)
	if !web.IsFragment(c) {
		return web.Show(c, web.Page{
			Status: http.StatusUnprocessableEntity, Title: "Atención", Context: r.Template.Title, Nav: "/hoy", Back: "/hoy", Focus: true, Body: attendPage(v),
		})
	}
	c.Response().Header().Set("HX-Trigger-After-Settle", "nota:problemas")
	return drawNote(c, v)
}

// problemsOf are problems and open doubts together, as the line above the button counts and names them.
func problemsOf(r Review) fault.Problems {
	all, _ := fault.Fields(unready(r))
	if len(all) > 0 {
		all[""] = joined(" ", all[""], r.missing())
	}
	return all
}

// missing names what keeps a note from being signed, by what there is to do about it.
func (r Review) missing() string {
	var confirm, act, write, correct []string
	for _, section := range r.Template.Sections {
		for _, f := range section.Fields {
			if slices.ContainsFunc(r.Doubts, func(d form.Doubt) bool { return d.Key == f.Key }) {
				confirm = append(confirm, f.Label)
			}
			if r.Problems[form.ActionName(f.Key)] != "" {
				act = append(act, f.Label)
			}
			switch {
			case r.Problems[form.Name(f.Key)] == "":
			case r.Draft.Body.Values[f.Key].Is():
				correct = append(correct, f.Label)
			default:
				write = append(write, f.Label)
			}
		}
	}
	for name := range r.Problems {
		switch {
		case name == "diagnosticos":
			correct = append(correct, "Diagnósticos")
		case strings.HasPrefix(name, "rx.") && !slices.Contains(correct, "Receta"):
			correct = append(correct, "Receta")
		}
	}
	slices.Sort(correct)
	return joined(" ", listed("Falta confirmar: ", confirm), listed("Falta decir qué se hizo ante: ", act), listed("Falta: ", write), listed("Por corregir: ", correct))
}

// listed is a sentence of what it lists; empty for nothing.
func listed(what string, list []string) string {
	if len(list) == 0 {
		return ""
	}
	return what + strings.Join(list, ", ") + "."
}

// counted is how many places there are to correct: the general sentence is none of its own.
func counted(problems map[string]string) int {
	if n := len(problems); problems[""] == "" || n == 1 {
		return n
	}
	return len(problems) - 1
}

// signBox is the dialog that asks for the signature.
func (h attendScreens) signBox(c echo.Context, r Review, version int64, holder string) (SignBox, error) {
	needs, err := h.record.NeedsProof(c.Request().Context())
	box := SignBox{
		Question: "¿Firmar y cerrar la atención de " + r.Patient.FullName() + "?", Action: attentionPath(r.Encounter.ID, "firma"),
		OpID: newID().String(), Fresh: !needs,
		Hidden: []views.Option{{Value: "version", Label: strconv.FormatInt(version, 10)}, {Value: "ventana", Label: holder}},
	}
	if h.record.Away() {
		box.Question, box.Verb = "¿Cerrar la atención de "+r.Patient.FullName()+"?", "Cerrar; firmar al conectar"
		box.Later = true
	}
	return box, err
}

// signForm is the answer to the dialog.
type signForm struct {
	Version string `form:"version"`
	Window  string `form:"ventana"`
	Proof   string `form:"prueba"`
}

// close signs and closes. A wrong code stands at its field; nothing is lost of the draft.
func (h attendScreens) close(c echo.Context) error {
	ctx := c.Request().Context()
	id, err := idParam(c)
	if err != nil {
		return err
	}
	var f signForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	version, _ := strconv.ParseInt(f.Version, 10, 64)
	done, err := h.record.Close(ctx, id, version, f.Window, ProofTyped(f.Proof))
	if problems, refused := fault.Fields(err); refused {
		return h.unsigned(c, id, version, f.Window, problems)
	}
	switch {
	case errors.Is(err, errClosed):
		web.Flash(c, "Otra ventana ya cerró esta atención: se firmó una sola vez")
		return web.Leave(c, attentionPath(id, ""))
	case errors.Is(err, ErrStaleDraft):
		web.Flash(c, "No se firmó: la nota se siguió escribiendo en otra ventana")
		return web.Leave(c, attentionPath(id, ""))
	case err != nil:
		return err
	}
	words := "Atención firmada y cerrada"
	if !done.Signed {
		words = "Atención cerrada. Espera su firma en «Por firmar»"
	}
	web.Flash(c, words)
	return web.Leave(c, attentionPath(id, ""))
}

// unsigned asks again.
func (h attendScreens) unsigned(c echo.Context, id uuid.UUID, version int64, holder string, problems fault.Problems) error {
	r, err := h.record.Review(c.Request().Context(), id, holder)
	if err != nil {
		return err
	}
	box, err := h.signBox(c, r, version, holder)
	if err != nil {
		return err
	}
	box.Problems = problems
	v := reviewView{Review: r, Box: box}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusUnprocessableEntity, SignForm(box), reviewSummary(v))
	}
	return web.Show(c, web.Page{
		Status: http.StatusUnprocessableEntity, Title: "Firmar", Nav: "/hoy", Back: attentionPath(id, ""), Focus: true, Body: reviewPage(v),
	})
}

// reviewView is what will stand for ever, before it is signed.
type reviewView struct {
	Review
	Box    SignBox
	State  string
	Asides []Beside // written in another window, and not in the note
}

func (v reviewView) lines() []form.Line { return form.Summary(v.Template, v.Draft.Body.Values) }
