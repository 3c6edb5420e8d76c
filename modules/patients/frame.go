package patients

import (
	"context"
	"errors"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/sorting"
	"hampi/modules/platform/web"
	"hampi/views"
)

// Frame is what stands around every section of a patient's page: header, tabs, and who is asking.
type Frame struct {
	Patient  Patient
	Family   []uuid.UUID // Patient's id first
	Clinical *Clinical   // in force; nil for whoever may not see it
	Alarms   []string    // what nobody may leave unread, in words
	Away     bool        // the device answers: what it does not hold requires the connection
	Alerts   bool        // there may be alerts for whoever asks, and this device does not hold them
	Tabs     []views.NavItem
	Today    time.Time
	Book     bool // offers Reservar
	Charge   bool // offers Cobrar
	Attend   bool // offers Atender, without an appointment
	Merge    bool // may join entries
	Suspects []Patient
	tab      string
}

// Frame reads what stands around the section called tab ("" is Resumen) of the person's page.
func (s *Service) Frame(ctx context.Context, id uuid.UUID, tab string) (Frame, error) {
	p, err := s.Active(ctx, id)
	if err != nil {
		return Frame{}, err
	}
	who := access.Who(ctx)
	f := Frame{Patient: p, Today: s.today(ctx), Book: who.Can(accounts.AgendaBook), Charge: who.Can(accounts.BillingCharge), Merge: who.Can(accounts.PatientsMerge), tab: tab}
	if f.Family, err = s.store.Family(ctx, p.ID); err != nil {
		return Frame{}, err
	}
	f.Away = !s.store.Whole()
	if err := s.lookCloser(ctx, &f); err != nil {
		return Frame{}, err
	}
	f.Alerts = f.Away && f.Clinical == nil && who.Can(accounts.PatientsClinical)
	f.Attend = s.neighbours.Attend && f.Clinical != nil && who.Can(accounts.HCEWrite)
	f.Tabs, err = s.tabs(ctx, f)
	return f, err
}

// lookCloser reads what not everybody sees: alerts, and who may be the same person. A device holds alerts of few, and
// suspects nobody.
func (s *Service) lookCloser(ctx context.Context, f *Frame) error {
	may, err := s.MayClinical(ctx, f.Family)
	if err != nil {
		return err
	}
	if may {
		if err := s.lookAtAlerts(ctx, f); err != nil {
			return err
		}
	}
	if f.Merge && !f.Away {
		f.Suspects, err = s.Suspects(ctx, f.Patient)
	}
	return err
}

func (s *Service) lookAtAlerts(ctx context.Context, f *Frame) error {
	clinical, err := s.store.Clinical(ctx, f.Family)
	if errors.Is(err, ErrNotHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	clinical = clinical.InForce()
	f.Clinical = &clinical
	if s.neighbours.Alarms != nil {
		f.Alarms, err = s.neighbours.Alarms.Alarms(ctx, f.Family)
	}
	return err
}

func (s *Service) tabs(ctx context.Context, f Frame) ([]views.NavItem, error) {
	all := append([]Tab{{Path: "", Label: "Resumen"}, {Path: "datos", Label: "Datos", Order: 1000}}, s.neighbours.Tabs...)
	sorting.By(all, func(a, b Tab) int { return a.Order - b.Order })
	var items []views.NavItem
	for _, t := range all {
		if t.For != nil && !t.For(ctx, f.Patient) {
			continue
		}
		item := views.NavItem{Label: t.Label, Href: pathOf(f.Patient.ID, t.Path), Current: t.Path == f.tab, Away: t.Away}
		if t.Count != nil {
			n, late, err := t.Count(ctx, f.Family)
			if err != nil {
				return nil, err
			}
			item.Count, item.Late = n, late
		}
		items = append(items, item)
	}
	return items, nil
}

// ShowFrame answers with a section of the patient's page; body is drawn inside the page's scrolling region.
func ShowFrame(c echo.Context, status int, f Frame, body templ.Component) error {
	return web.Show(c, web.Page{
		Status: status, Title: f.Patient.FullName(), Heading: "Pacientes", Nav: "/pacientes", Back: "/pacientes",
		Body: framed(f, body),
	})
}

// pathOf is the address of a patient's page or of one of its sections.
func pathOf(id uuid.UUID, section string) string {
	path := "/pacientes/" + id.String()
	if section != "" {
		path += "/" + section
	}
	return path
}

// bookPath is where the agenda books for a patient.
func bookPath(id uuid.UUID) string { return "/citas/nueva?paciente=" + id.String() }
