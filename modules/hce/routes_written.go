package hce

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/hce/observation"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// writtenView is an attention as it is read.
type writtenView struct {
	Written
	Zone *time.Location
	Now  time.Time
	Mine uuid.UUID // membership of who reads
	Next *patients.Visit
	Away bool
	Book bool

	Senders []Sender
	Asides  []Beside        // what who attended wrote and the note does not say
	Files   templ.Component // photos and documents, for who attended; nil for others and on a device
}

// mayAmend reports whether whoever reads adds to a document: its author alone does.
func (v writtenView) mayAmend(e Entry) bool {
	return e.Author.MembershipID == v.Mine && (e.Type == Note || e.Type == Prescription) && e.Annulled() == nil
}

// mayAnnul reports whether whoever reads takes a document out of force.
func (v writtenView) mayAnnul(e Entry) bool {
	return v.mayAmend(e) && !v.Away && e.Signed()
}

// history is the page's own kind of view, as the cards of documents ask for.
func (v writtenView) history() historyView {
	return historyView{Frame: v.Frame, Look: v.Look, Zone: v.Zone, Now: v.Now, Mine: v.Mine, Away: v.Away, Senders: v.Senders}
}

// read is a closed attention, or one that somebody else attends.
func (h attendScreens) read(c echo.Context, e Encounter, look Look) error {
	ctx := c.Request().Context()
	w, err := h.record.Written(ctx, e, look)
	if err != nil {
		return err
	}
	who := access.Who(ctx)
	v := writtenView{
		Written: w, Zone: h.record.Zone(ctx), Now: h.record.Now(ctx), Mine: who.MembershipID, Away: h.record.Away(), Book: who.Can(accounts.AgendaBook),
		Senders: h.record.sendersFor(ctx),
	}
	if h.record.Files != nil && h.record.writes(ctx, e) {
		if v.Files, _, err = h.gallery(ctx, e); err != nil {
			return err
		}
	}
	if h.record.writes(ctx, e) {
		if v.Asides, err = h.record.Asides(ctx, e.ID); err != nil {
			return err
		}
	}
	if v.Next, err = h.next(c, e, look); err != nil {
		return err
	}
	return web.Show(c, web.Page{Title: "Atención", Nav: "/hoy", Back: "/hoy", Body: writtenPage(v)})
}

// side is one tab beside the note.
func (h attendScreens) side(c echo.Context) error {
	a, err := h.written(c, "")
	if err != nil {
		return err
	}
	tab := c.QueryParam("vista")
	if tab != rxTab && tab != observedTab && (tab != filesTab || h.record.Files == nil) {
		tab = beforeTab
	}
	v, err := h.sideView(c, a.Encounter, a.Look, a.Frame, tab)
	if err != nil {
		return err
	}
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, sideBody(v))
	}
	return web.SeeOther(c, attentionPath(a.Encounter.ID, "")+"?lado=historia")
}

// resultsShown is how many figures the tab of results shows.
const resultsShown = 40

func (h attendScreens) sideView(c echo.Context, e Encounter, look Look, frame patients.Frame, tab string) (sideView, error) {
	ctx := c.Request().Context()
	v := sideView{
		Encounter: e.ID, Tab: tab, Zone: h.record.Zone(ctx), Now: h.record.Now(ctx), PatientID: look.Patient(), Copies: true, Away: h.record.Away(),
		Album: h.record.Files != nil,
	}
	if frame.Clinical != nil {
		v.Conditions = frame.Clinical.Conditions
	}
	var err error
	switch tab {
	case rxTab:
		v.Medicines, err = h.record.Medications(ctx, look)
	case observedTab:
		if v.Triage, err = h.record.triageTemplate(ctx); err != nil {
			return v, err
		}
		v.Observed, err = h.record.store.ObservedOf(ctx, ObservedRange{Patients: look.Family, Limit: resultsShown})
	case filesTab:
		v.Files, _, err = h.gallery(ctx, e)
	default:
		if v.Before, err = h.record.Before(ctx, look); err != nil {
			return v, err
		}
		if v.Past, err = h.record.Problems(ctx, look); err != nil {
			return v, err
		}
		v.Pressure, err = h.record.PressureTrend(ctx, look, frame.Patient)
	}
	return v, err
}

// label is what was observed, as forms call it.
func (v sideView) label(o Observed) string {
	if kind, known := observation.KindOf(o.Code); known {
		return kind.Short
	}
	return takenLabel(v.Triage, o.Code)
}

// writtenBox is a dialog that adds to what stands: an addendum, an annulment, the stop of a medicine.
type writtenBox struct {
	Title  string
	Text   string // the consequence
	Box    SignBox
	Field  views.Field
	Signs  bool // asks for a signature
	Danger bool
}

// amendForm is what somebody adds.
type amendForm struct {
	ID     string `form:"id"`
	Text   string `form:"texto"`
	Reason string `form:"motivo"`
	Proof  string `form:"prueba"`
}

func (h attendScreens) askAddendum(c echo.Context) error {
	return h.ask(c, http.StatusOK, addendumBox, amendForm{ID: newID().String()}, nil)
}

func (h attendScreens) askAnnulment(c echo.Context) error {
	return h.ask(c, http.StatusOK, annulmentBox, amendForm{ID: newID().String()}, nil)
}

// boxOf makes one of the dialogs about a document.
type boxOf func(e Entry, f amendForm, problems fault.Problems) writtenBox

func addendumBox(e Entry, f amendForm, problems fault.Problems) writtenBox {
	return writtenBox{
		Title: "Añadir adenda", Text: "Se añade a «" + e.title() + "» con su nombre y la hora; lo escrito antes no cambia.", Signs: true,
		Box:   SignBox{Action: "/documentos/" + e.ID.String() + "/adenda", Verb: "Firmar adenda"},
		Field: views.Field{Name: "texto", Label: "Adenda", Rows: 5, MaxLength: longAddendum, Autofocus: true}.With(f.Text, problems),
	}
}

func annulmentBox(e Entry, f amendForm, problems fault.Problems) writtenBox {
	return writtenBox{
		Title: "¿Anular «" + e.title() + "»?", Signs: true, Danger: true,
		Text:  "Deja de valer desde ahora y se sigue leyendo, con el motivo. Su código de verificación dirá «anulado». No se puede deshacer.",
		Box:   SignBox{Action: "/documentos/" + e.ID.String() + "/anulacion", Verb: "Anular"},
		Field: views.Field{Name: "motivo", Label: "Motivo", Rows: 3, MaxLength: longReason, Autofocus: true}.With(f.Reason, problems),
	}
}

// ask draws a dialog about a document, or the same as a page.
func (h attendScreens) ask(c echo.Context, status int, make boxOf, f amendForm, problems fault.Problems) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	_, e, err := h.record.Entry(c.Request().Context(), id)
	if err != nil {
		return err
	}
	if err := mayAdd(e.Record, e.Annulled() != nil, access.Who(c.Request().Context()).MembershipID); err != nil {
		return h.unamended(c, err)
	}
	needs, err := h.record.NeedsProof(c.Request().Context())
	if err != nil {
		return err
	}
	b := make(e, f, problems)
	b.Box.OpID, b.Box.Fresh, b.Box.Problems = newID().String(), !needs, problems
	if b.Box.Later = h.record.Away(); b.Box.Later {
		b.Box.Verb = "Guardar; firmar al conectar"
	}
	b.Box.Hidden = []views.Option{{Value: "id", Label: f.ID}}
	return h.showBox(c, status, b, attentionPath(e.EncounterID, ""))
}

// unamended tells in the dialog, or on a page, why nothing is added to a document.
func (h attendScreens) unamended(c echo.Context, err error) error {
	if !web.IsFragment(c) || fault.KindOf(err) != fault.Conflict {
		return err
	}
	return web.Render(c, http.StatusConflict, refusalDialogOf("No se puede añadir a este documento", err.Error()))
}

func (h attendScreens) showBox(c echo.Context, status int, b writtenBox, back string) error {
	if !web.IsFragment(c) {
		return web.Show(c, web.Page{Status: status, Title: b.Title, Nav: "/hoy", Back: back, Body: writtenBoxPage(b)})
	}
	if status == http.StatusOK {
		return web.Render(c, status, writtenDialog(b))
	}
	return web.Render(c, status, writtenBoxForm(b))
}

func (h attendScreens) amend(c echo.Context) error {
	return h.add(c, addendumBox, "Adenda añadida", func(id, document uuid.UUID, f amendForm) (Record, error) {
		return h.record.Amend(c.Request().Context(), id, document, f.Text, ProofTyped(f.Proof))
	})
}

func (h attendScreens) annul(c echo.Context) error {
	return h.add(c, annulmentBox, "Documento anulado", func(id, document uuid.UUID, f amendForm) (Record, error) {
		return h.record.Annul(c.Request().Context(), id, document, f.Reason, ProofTyped(f.Proof))
	})
}

// add keeps what somebody adds to a document, and shows its attention.
func (h attendScreens) add(c echo.Context, box boxOf, said string, keep func(id, document uuid.UUID, f amendForm) (Record, error)) error {
	document, err := idParam(c)
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
	added, err := keep(id, document, f)
	if problems, refused := fault.Fields(err); refused {
		return h.ask(c, http.StatusUnprocessableEntity, box, f, problems)
	}
	if err != nil {
		return err
	}
	if !added.Signed() {
		said += ". Espera su firma en «Por firmar»"
	}
	web.Flash(c, said)
	return web.Leave(c, attentionPath(added.EncounterID, ""))
}

// span says when the attention was: "24/11/2026, 9:14 a 9:40".
func (v writtenView) span() string {
	from := v.Encounter.At().In(v.Zone)
	words := views.Day(from) + ", " + views.Clock(from)
	if v.Encounter.EndedAt != nil {
		words += " a " + views.Clock(v.Encounter.EndedAt.In(v.Zone))
	}
	return words
}

func versionText(n int64) string { return strconv.FormatInt(n, 10) }
