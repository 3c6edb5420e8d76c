package modules

import (
	"cmp"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/billing"
	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
	"hampi/views"
)

// shellOf is what stands around a page: the same on the server and in the browser.
func shellOf(c echo.Context, p web.Page, who access.Identity, around accounts.Surroundings) views.Shell {
	shell := views.Shell{
		Look: lookOf(c, who, around), Title: p.Title, Heading: p.Heading, Context: p.Context, Back: p.Back,
		Nav: navigation(who, sidebarOf, p.Nav), BottomNav: bottomBar(who, p.Nav), QuickCreate: quickCreate(who),
		PersonLinks: personLinks(), Clinic: clinicOf(who, around), Person: personOf(who, around),
		PrimaryAction: p.Primary, LockMinutes: around.LockMinutes, ServiceWorker: true, Focus: p.Focus, Profile: profileOf(who),
		Flash: web.TakeFlash(c), Attends: who.Can(accounts.HCEWrite), NoSync: who.ClinicID == uuid.Nil, SyncCurrent: p.Nav == views.SyncPage,
	}
	if who.Can(accounts.PatientsRead) {
		shell.SearchURL = "/pacientes/buscar"
	}
	return shell
}

// leaveLink asks whoever leaves with an open register whether it is to stay so.
func leaveLink() *views.NavItem {
	return &views.NavItem{Label: "Salir", Href: billing.LeavePath, Icon: "log-out", Dialog: true}
}

// profileOf names whose page this is, as devices name their stores.
func profileOf(who access.Identity) string {
	if who.ClinicID == uuid.Nil {
		return who.UserID.String() // keeps no store; whoever had one open is locked out
	}
	return who.ClinicID.String() + "." + who.UserID.String()
}

func lookOf(c echo.Context, who access.Identity, around accounts.Surroundings) views.Look {
	look := web.Look(c)
	look.Accent, look.Zone = around.Accent, who.TimeZone
	if !around.Shortcuts {
		look.Shortcuts = "no"
	}
	return look
}

func personLinks() []views.NavItem {
	return []views.NavItem{
		{Label: "Mi cuenta", Href: "/mi-cuenta", Icon: "user"},
		{Label: "Mis equipos", Href: "/mi-cuenta/dispositivos", Icon: "monitor-smartphone"},
		{Label: "Ayuda", Href: "/ayuda", Icon: "circle-help"},
	}
}

func personOf(who access.Identity, around accounts.Surroundings) views.Person {
	roles := accounts.RoleLabels(rolesOf(who))
	return views.Person{
		Name:     accounts.DisplayName(around.Title, who.Name),
		Subtitle: cmp.Or(around.License, roles),
		Initials: views.InitialsOf(who.Name),
	}
}

func clinicOf(who access.Identity, around accounts.Surroundings) views.Clinic {
	clinic := views.Clinic{Name: cmp.Or(around.Clinic, "Hampi")}
	for _, site := range around.Sites {
		current := site.ID == who.SiteID
		if current {
			clinic.SiteName = "Sede " + site.Name
		}
		clinic.Sites = append(clinic.Sites, views.Place{Name: "Sede " + site.Name, Action: "/sede?site=" + site.ID.String(), Current: current})
	}
	for _, other := range around.Others {
		clinic.Others = append(clinic.Others, views.Place{Name: other.Name, Action: "/clinica?membership=" + other.ID.String()})
	}
	return clinic
}
