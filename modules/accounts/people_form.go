//go:build !js

package accounts

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/views"
)

// inviteForm is what is typed to invite somebody; parts of it serve to change what somebody does.
type inviteForm struct {
	ID        string   `form:"id"`
	Email     string   `form:"correo"`
	Name      string   `form:"nombre"`
	Title     string   `form:"titulo"`
	College   string   `form:"colegio"`
	Number    string   `form:"colegiatura"`
	Specialty string   `form:"especialidad"`
	Site      string   `form:"sede"`
	Roles     []string `form:"roles"`
	Version   int64    `form:"version"`
}

func (f inviteForm) profile() Profile {
	return Profile{Name: f.Name, Title: f.Title, College: f.College, CollegeNumber: f.Number}
}

// work reads what the clinic decides about a person. A site that is no id is one that is not in the list.
func (f inviteForm) work() (Work, error) {
	w := Work{Roles: ParseRoles(f.Roles), Specialty: f.Specialty}
	if f.Site == "" {
		return w, nil
	}
	site, err := uuid.Parse(f.Site)
	if err != nil {
		return w, fault.InvalidField("sede", "Esa sede no está en la lista.")
	}
	w.SiteID = site
	return w, nil
}

func (f inviteForm) invitation() (Invitation, error) {
	id, err := uuid.Parse(f.ID)
	if err != nil {
		return Invitation{}, fault.ErrNotFound
	}
	work, err := f.work()
	return Invitation{ID: id, Email: f.Email, Profile: f.profile(), Work: work}, err
}

func formOf(m Member) inviteForm {
	form := inviteForm{Specialty: m.Specialty, Roles: roleNames(m.Roles), Version: m.Version}
	if m.SiteID != uuid.Nil {
		form.Site = m.SiteID.String()
	}
	return form
}

func roleNames(roles []Role) []string {
	names := make([]string, 0, len(roles))
	for _, r := range roles {
		names = append(names, string(r))
	}
	return names
}

func roleOptions() []views.Option {
	help := map[Role]string{
		Doctor:       "Atiende pacientes y firma historias; lleva número de colegiatura.",
		Assistant:    "Triaje y funciones vitales.",
		Receptionist: "Agenda, pacientes y mensajes.",
		Cashier:      "Cobra y emite comprobantes.",
		ClinicAdmin:  "Configura la clínica e invita a su personal.",
	}
	var options []views.Option
	for _, r := range Roles() {
		options = append(options, views.Option{Value: string(r), Label: r.Label(), Help: help[r]})
	}
	return options
}

func titleOptions() []views.Option {
	var options []views.Option
	for _, t := range Titles() {
		options = append(options, views.Option{Value: t, Label: t})
	}
	return options
}

func collegeOptions() []views.Option {
	var options []views.Option
	for _, c := range Colleges() {
		options = append(options, views.Option{Value: c.Key, Label: c.Label})
	}
	return options
}

// siteOptions are the open sites, and the one already chosen.
func siteOptions(sites []Site, chosen string) []views.Option {
	var options []views.Option
	for _, s := range sites {
		if s.Active || s.ID.String() == chosen {
			options = append(options, views.Option{Value: s.ID.String(), Label: s.Name})
		}
	}
	return options
}

func ticked(list []string, value string) bool { return slices.Contains(list, value) }

func siteName(sites []Site, id uuid.UUID) string {
	for _, s := range sites {
		if s.ID == id {
			return s.Name
		}
	}
	return "Todas"
}

func dayIn(t time.Time, zone *time.Location) string { return views.Day(t.In(zone)) }
