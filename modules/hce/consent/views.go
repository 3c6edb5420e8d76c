//go:build !js

package consent

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func reads(ctx context.Context, _ patients.Patient) bool {
	return access.Who(ctx).Can(accounts.HCERead)
}

func dayTime(at time.Time) string { return views.Day(at) + " " + views.Clock(at) }

// listView is what a person has answered.
type listView struct {
	Patient uuid.UUID
	Lines   []Line
	Write   bool
	Zone    *time.Location
	Today   time.Time
}

func (v listView) path(rest string) string {
	return "/pacientes/" + v.Patient.String() + "/consentimientos" + rest
}

// chooseView offers the templates.
type chooseView struct {
	Patient   uuid.UUID
	Encounter string
	Templates []Template
}

func (v chooseView) href(t Template) string {
	address := "/pacientes/" + v.Patient.String() + "/consentimientos/nuevo?plantilla=" + t.Slug
	if v.Encounter != "" {
		address += "&atencion=" + v.Encounter
	}
	return address
}

// formView is everything that is typed, chosen and drawn on the way to an answer.
type formView struct {
	ID           string `form:"id"`
	Template     string `form:"plantilla"`
	Edition      string `form:"edicion"`
	Encounter    string `form:"atencion"`
	Procedure    string `form:"procedimiento"`
	Diagnosis    string `form:"diagnostico"`
	Who          string `form:"quien"`
	Name         string `form:"representante"`
	Document     string `form:"documento_representante"`
	Relationship string `form:"parentesco"`

	Decision string `form:"decision"`
	Reason   string `form:"motivo_rechazo"`
	Method   string `form:"metodo"`
	Strokes  string `form:"trazo"`
	Typed    string `form:"nombre_escrito"`
	Agreed   string `form:"confirmo"`
	Proof    string `form:"prueba"` // never drawn again
}

// proofField is the one field that takes a code or the password of who informs.
const proofField = "prueba"

// The answers of the form, as they are sent.
const (
	whoPatient, whoOther        = "paciente", "representante"
	accepts, declines           = "acepta", "no_acepta"
	onScreen, byName, onPaperIt = "pantalla", "nombre", "papel"
)

// newForm proposes whoever answers for a minor.
func newForm(f patients.Frame) formView {
	form := formView{ID: newID(), Who: whoPatient, Method: onScreen}
	if f.Patient.Minor(f.Today) {
		g := f.Patient.Guardian
		form.Who, form.Name, form.Document, form.Relationship = whoOther, g.Name, g.Document, g.Relationship
	}
	return form
}

func (f *formView) setTemplate(t Template) {
	f.Edition = strconv.Itoa(t.Edition)
	if f.Procedure == "" {
		f.Procedure = t.Procedure
	}
}

func (f formView) edition() int {
	n, err := strconv.Atoi(f.Edition)
	if err != nil || n < 1 {
		return 0
	}
	return n
}

func (f formView) filled(patient uuid.UUID) Filled {
	filled := Filled{
		PatientID: patient, Template: f.Template, Edition: f.edition(), Procedure: f.Procedure, Diagnosis: f.Diagnosis, Represented: f.Who == whoOther,
		Signer: Signer{Name: f.Name, Document: f.Document, Relationship: f.Relationship},
	}
	filled.ID, _ = uuid.Parse(f.ID)                 // what is no id is refused further on
	filled.EncounterID, _ = uuid.Parse(f.Encounter) // of no attention
	return filled
}

func (f formView) answer(patient uuid.UUID) Answer {
	a := Answer{Filled: f.filled(patient), Reason: f.Reason, Typed: f.Typed, Agreed: f.Agreed != ""}
	a.Decision = map[string]Decision{accepts: Accepted, declines: Refused}[f.Decision]
	a.Method = map[string]Method{onScreen: Drawn, byName: Typed, onPaperIt: Paper}[f.Method]
	a.Strokes, _ = parseStrokes(f.Strokes) // what the pad did not send is no signature
	if f.Proof != "" {
		a.Proof = hce.ProofTyped(f.Proof)
	}
	return a
}

// path is what the pad has drawn already.
func (f formView) path() string {
	strokes, ok := parseStrokes(f.Strokes)
	if !ok {
		return ""
	}
	return pathOf(strokes)
}

// fillView asks for what is put into the text.
type fillView struct {
	Patient  uuid.UUID
	Form     formView
	Template Template
	Problems fault.Problems
}

// readView is the text with the form that answers it.
type readView struct {
	Patient  uuid.UUID
	Form     formView
	Sheet    Sheet
	Problems fault.Problems
	Asks     bool // for a code or the password of who informs, who signs too
}

func (v readView) path(rest string) string {
	return "/pacientes/" + v.Patient.String() + "/consentimientos" + rest
}

// hidden is what the second page carries along of the first.
func (v readView) hidden() []views.Option {
	f := v.Form
	return []views.Option{
		{Value: "id", Label: f.ID}, {Value: "plantilla", Label: f.Template}, {Value: "edicion", Label: f.Edition}, {Value: "atencion", Label: f.Encounter},
		{Value: "procedimiento", Label: f.Procedure}, {Value: "diagnostico", Label: f.Diagnosis}, {Value: "quien", Label: f.Who},
		{Value: "representante", Label: f.Name}, {Value: "documento_representante", Label: f.Document}, {Value: "parentesco", Label: f.Relationship},
	}
}

// oneView is an answer as it is kept.
type oneView struct {
	Consent
	Zone       *time.Location
	RevokedBy  string
	Write      bool
	Revocation string
	OpID       string
	Reason     string
	Problems   fault.Problems
}

// paperView is a consent for the printer: signed, or with room for pens.
type paperView struct {
	Body
	Head   views.PrintHeader
	Signed *Consent
	Verify string // where anybody may ask whether it stands; "" without a signature
	At     time.Time
}

func paperOf(b Body, clinicLine string, at time.Time) paperView {
	head := views.PrintHeader{Clinic: b.Clinic, ClinicLine: clinicLine, Title: title(b), Date: views.Day(at), Patient: b.Patient.Name, PatientLine: aboutPatient(b)}
	return paperView{Body: b, Head: head, At: at}
}

func showPaper(c echo.Context, v paperView) error {
	return web.Render(c, http.StatusOK, views.PrintPage(views.Head{Look: web.Look(c), Title: v.Head.Title}, "a4"), paperBody(v))
}

// asAccepted is the sentence that would be signed.
func (b Body) asAccepted() string {
	b.Decision = Accepted
	return statement(b)
}

// asRefused is the sentence that would be signed by who declines.
func (b Body) asRefused() string {
	b.Decision = Refused
	return statement(b)
}
