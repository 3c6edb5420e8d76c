package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

// receta is a prescription as Peru's norms want it on paper: generic names first, prescriber with college and number,
// dates of issue and end, and a code to verify it by (NTS 057-MINSA/DIGEMID, DS 014-2011-SA).
type receta struct {
	Entry   Entry
	Content PrescriptionContent
	Person  patients.Patient
	Letter  letterhead
	Zone    *time.Location
	Verify  string // address of the page that verifies it, of one that a device wrote also before it is signed; "" else
	Code    string // of that page
	Draft   bool   // not written yet: it is looked at, and given to nobody
	Sample  bool   // invented, to show how they look
}

// recetaLine is one medicine on paper.
type recetaLine struct {
	Name, Sig, Instructions string
	Overridden              []string // warnings that it was prescribed in spite of, each with its reason; for the record, not for paper
}

// prescriptionIn is what a record of type prescription holds.
func prescriptionIn(r Record) (PrescriptionContent, error) {
	var content PrescriptionContent
	if err := json.Unmarshal(r.Content, &content); err != nil {
		return content, fmt.Errorf("read prescription %s: %w", r.ID, err)
	}
	return content, nil
}

// lines are the medicines of a prescription in words; what cannot be read is left to the page that shows the record.
func (e Entry) lines() []recetaLine {
	content, err := prescriptionIn(e.Record)
	if e.Type != Prescription || err != nil {
		return nil
	}
	return content.lines()
}

func (c PrescriptionContent) lines() []recetaLine {
	var list []recetaLine
	for i, p := range c.Items {
		l := recetaLine{Name: joined(", ", p.Name(), p.Form), Sig: prescribing.Sig(p.Item), Instructions: p.Instructions}
		for _, f := range c.Checked.Findings {
			if f.Item == i && f.Reason != "" {
				l.Overridden = append(l.Overridden, f.Why+" Motivo para recetarlo: "+f.Reason)
			}
		}
		list = append(list, l)
	}
	return list
}

// receta completes a prescription for paper; origin is how people reach the program.
func (s *Service) receta(ctx context.Context, e Entry, origin string) (receta, error) {
	p := receta{Entry: e, Zone: s.Zone(ctx)}
	if e.Type != Prescription {
		return p, fault.ErrNotFound
	}
	var err error
	if p.Content, err = prescriptionIn(e.Record); err != nil {
		return p, err
	}
	if p.Person, err = s.Patients.Active(ctx, e.PatientID); err != nil {
		return p, err
	}
	if p.Letter, err = s.letterhead(ctx, e.Encounter.SiteID); err != nil {
		return p, err
	}
	if p.Code = e.Code(); p.Code == "" && e.ID != uuid.Nil && (e.Offline || s.Away()) {
		p.Code = CodeOf(access.Who(ctx).ClinicID, e.ID)
	}
	if p.Code != "" {
		p.Verify = origin + "/verificar/" + p.Code
	}
	return p, nil
}

// title is the document's name with its number, which a device does not know yet.
func (p receta) title() string {
	if p.Draft {
		return "Receta (borrador)"
	}
	if p.Content.Number == 0 {
		return "Receta"
	}
	return "Receta N.º " + strconv.FormatInt(p.Content.Number, 10)
}

func (p receta) about() string {
	return joined(" · ", views.Age(p.Person.BirthDate, p.Entry.WrittenAt.In(p.Zone)), p.Person.Sex.Label(), p.Person.Document.Label(), "HC "+p.Person.Record())
}

// expires is the last day on which it is dispensed, as printed.
func (p receta) expires() string {
	day, err := time.Parse(time.DateOnly, p.Content.ExpiresOn)
	if err != nil {
		return ""
	}
	return views.Day(day)
}

// annulled says in large letters that it is dispensed no more; "" of one that stands.
func (p receta) annulled() string {
	a := p.Entry.Annulled()
	switch {
	case p.Entry.Broken:
		return "FIRMA NO VÁLIDA: esta receta fue alterada. No se despacha."
	case a == nil:
		return ""
	}
	return "RECETA ANULADA el " + views.Day(a.WrittenAt.In(p.Zone)) + ". No se despacha."
}

// errBroken refuses to hand on a prescription that somebody changed.
var errBroken = fault.Conflicted("broken", "La firma de esta receta no es válida: fue alterada y no se entrega.")

// stands says how it is signed, or that it is not.
func (p receta) stands() string {
	switch {
	case p.Sample:
		return "Firmado electrónicamente (muestra)"
	case p.Draft:
		return "BORRADOR SIN FIRMA: no se entrega así"
	case p.Entry.Broken:
		return "FIRMA NO VÁLIDA"
	case p.Entry.Annulled() != nil:
		return "ANULADA"
	case !p.Entry.Signed():
		return "Sin firma electrónica todavía: el QR la verifica cuando se firme. Firme y selle aquí."
	}
	return "Firmado electrónicamente el " + dayTime(p.Entry.SignedAt(), p.Zone)
}

func (p receta) head() views.PrintHeader {
	return views.PrintHeader{
		Clinic: p.Letter.Name, Lines: p.Letter.Lines, Logo: p.Letter.Logo, Title: p.title(), Date: views.Day(p.Entry.WrittenAt.In(p.Zone)),
		Patient: p.Person.FullName(), PatientLine: p.about(),
	}
}

// printReceta is a prescription on paper, online and offline.
func (h historyScreens) printReceta(c echo.Context) error {
	p, err := h.recetaOf(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, views.PrintPage(views.Head{Look: web.Look(c), Title: p.title()}, "a5"), recetaPaper(p))
}

func (h historyScreens) recetaOf(c echo.Context) (receta, error) {
	id, err := idParam(c)
	if err != nil {
		return receta{}, err
	}
	ctx := c.Request().Context()
	_, e, err := h.record.Entry(ctx, id)
	if err != nil {
		return receta{}, err
	}
	return h.record.receta(ctx, e, h.origin(c))
}

// origin is how people reach the program: as it is set up, since a request's own word for it may be anybody's; on a
// device, where the page came from.
func (h historyScreens) origin(c echo.Context) string {
	if h.record.Address != nil {
		return h.record.Address()
	}
	return c.Scheme() + "://" + c.Request().Host
}
