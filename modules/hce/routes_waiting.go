package hce

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// waitingView is what waits for the signature of whoever asks.
type waitingView struct {
	List     []Entry
	Names    map[uuid.UUID]string
	Ticked   map[string]bool // nil: all
	Box      SignBox
	Problems fault.Problems
	Zone     *time.Location
	Now      time.Time
	Away     bool
}

func (v waitingView) ticked(e Entry) bool { return v.Ticked == nil || v.Ticked[e.ID.String()] }

// when says when a document was written and, of one written without connection, when it came.
func (v waitingView) when(e Entry) string {
	written := "escrito " + views.Relative(e.WrittenAt.In(v.Zone), v.Now) + " " + views.Clock(e.WrittenAt.In(v.Zone))
	if !e.Offline || e.ReceivedAt.IsZero() {
		return written
	}
	return written + ", recibido " + views.Relative(e.ReceivedAt.In(v.Zone), v.Now) + " " + views.Clock(e.ReceivedAt.In(v.Zone))
}

func (h attendScreens) waiting(c echo.Context) error {
	return h.showWaiting(c, http.StatusOK, nil, nil)
}

func (h attendScreens) showWaiting(c echo.Context, status int, ticked map[string]bool, problems fault.Problems) error {
	ctx := c.Request().Context()
	v := waitingView{Ticked: ticked, Problems: problems, Zone: h.record.Zone(ctx), Now: h.record.Now(ctx), Away: h.record.Away()}
	var err error
	if v.List, v.Names, err = h.record.Waiting(ctx); err != nil {
		return err
	}
	needs, err := h.record.NeedsProof(ctx)
	if err != nil {
		return err
	}
	v.Box = SignBox{Action: "/por-firmar", OpID: newID().String(), Fresh: !needs, Problems: problems}
	return web.Show(c, web.Page{Status: status, Title: "Por firmar", Nav: "/por-firmar", Body: waitingBody(v)})
}

// signAll signs what was ticked with one proof.
func (h attendScreens) signAll(c echo.Context) error {
	in, err := c.FormParams()
	if err != nil {
		return errDamaged
	}
	var ids []uuid.UUID
	ticked := map[string]bool{}
	for _, text := range in["documento"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return errDamaged
		}
		if !ticked[id.String()] {
			ids, ticked[id.String()] = append(ids, id), true
		}
	}
	signed, err := h.record.Sign(c.Request().Context(), ids, ProofTyped(in.Get(proofField)))
	if problems, refused := fault.Fields(err); refused {
		return h.showWaiting(c, http.StatusUnprocessableEntity, ticked, problems)
	}
	if err != nil {
		return err
	}
	web.Flash(c, views.Plural(len(signed), "documento firmado", "documentos firmados"))
	return web.Leave(c, "/por-firmar")
}

// The stop of a medicine.

func (h attendScreens) askStop(c echo.Context) error {
	return h.showStop(c, http.StatusOK, amendForm{ID: newID().String()}, nil)
}

func (h attendScreens) showStop(c echo.Context, status int, f amendForm, problems fault.Problems) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m, err := h.record.store.Medication(ctx, id)
	if err != nil {
		return err
	}
	if _, err := h.record.Open(ctx, m.PatientID); err != nil {
		return err
	}
	b := writtenBox{
		Title: "¿Suspender " + m.Item.Name() + "?", Text: "Deja de contar entre lo que toma el paciente. La receta sigue como se firmó.", Danger: true,
		Box: SignBox{
			Action: "/medicamentos/" + id.String() + "/suspension", Verb: "Suspender", OpID: newID().String(), Fresh: true, Problems: problems,
			Hidden: []views.Option{{Value: "id", Label: f.ID}},
		},
		Field: views.Field{Name: "motivo", Label: "Motivo", MaxLength: longReason, Rows: 2, Autofocus: true}.With(f.Reason, problems),
	}
	return h.showBox(c, status, b, "/hoy")
}

func (h attendScreens) stop(c echo.Context) error {
	request, err := idParam(c)
	if err != nil {
		return err
	}
	var f amendForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	id, err := uuid.Parse(f.ID)
	if err != nil {
		id = newID()
		f.ID = id.String()
	}
	m, err := h.record.StopMedication(c.Request().Context(), id, request, f.Reason)
	if problems, refused := fault.Fields(err); refused {
		return h.showStop(c, http.StatusUnprocessableEntity, f, problems)
	}
	if err != nil {
		return err
	}
	if !web.IsFragment(c) {
		web.Flash(c, "Suspendido: "+m.Item.Name())
		return web.SeeOther(c, attentionPath(m.EncounterID, ""))
	}
	c.Response().Header().Set("HX-Trigger", `{"dialogo:cerrar":true,"recetas":true}`)
	c.Response().Header().Set("HX-Reswap", "none")
	return web.Render(c, http.StatusOK, views.Toast(views.ToastMessage{Text: "Suspendido: " + m.Item.Name(), Icon: "ban"}))
}
