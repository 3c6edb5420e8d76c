package views

import (
	"strings"

	"github.com/a-h/templ"
)

// Look is how a person wants the screen; the server reads it from cookies so
// that the page is drawn right the first time.
type Look struct {
	Theme     string // "claro", "oscuro" or "" / "equipo" for what the device says
	Density   string // "" / "compacta" or "comoda"
	Accent    string // of the clinic: "", "agua", "molle", "cantuta", "morado", "arcilla", "grafito"
	Rail      bool   // the sidebar is folded to icons
	Shortcuts string // "no" switches single-letter keys off
	Zone      string // of the clinic, in which scripts write times; "" is Peru's
}

// Head is what the outer document of any page needs.
type Head struct {
	Look
	Title         string // "Agenda" becomes "Agenda · Hampi" in the tab
	LockMinutes   int    // idle minutes until the screen locks; 0 never locks (public pages)
	ServiceWorker bool   // register /sw.js
	Profile       string // "<clinic>.<user>" of whose page it is; empty on public ones
	Focus         bool   // focus mode: rail at the desk, no bottom bar on phones
}

// TabTitle is the text of the browser's tab.
func (h Head) TabTitle() string {
	if h.Title == "" || h.Title == "Hampi" {
		return "Hampi"
	}
	return h.Title + " · Hampi"
}

// Shell is everything around a page of somebody who is logged in.
type Shell struct {
	Look
	Title         string // of the tab
	Heading       string // the h1 in the top bar; empty means Title
	Context       string // grey words beside the heading
	Back          string // address of "‹" on phones and of Esc; empty draws none
	Nav           []NavItem
	BottomNav     []NavItem // up to three; ＋ and Más are added
	QuickCreate   []NavItem // what ＋ and N offer; empty draws no ＋
	PersonLinks   []NavItem // in the user menu: Mi cuenta, Mis equipos, Ayuda …
	Leave         *NavItem  // where Salir leads first, when there is something to be reminded of; nil leaves at once
	Clinic        Clinic
	Person        Person
	PrimaryAction *Action // the one filled button of the top bar
	SearchURL     string  // POST address of the patient search; empty draws no search
	SearchLabel   string  // default "Buscar paciente, DNI o celular"
	LockMinutes   int
	ServiceWorker bool
	Profile       string // "<clinic>.<user>": another person's store is locked when this page is shown
	Focus         bool
	Flash         string // a toast to show with the page, after a plain form post
	Notice        string // one amber strip under the top bar
	NoSync        bool   // no badge of the connection: people of the platform keep nothing on a device
	Attends       bool   // writes records: goes on doing so without connection
	SyncCurrent   bool   // the page is the badge's own
	DeviceData    string // the device drew the page: when it last heard of the clinic, "9:41"; empty otherwise
}

// NavItem is one way to go, or one thing to create.
type NavItem struct {
	Label   string
	Href    string
	Icon    string // name in static/icons.json
	Key     string // as in data-key: "g p", "r"; empty has none
	Count   int    // work to do by this person; 0 draws nothing
	Late    bool   // the count is amber
	Current bool
	Dialog  bool // opens in the dialog instead of going there
	Online  bool // a device answers at its address, and has not this
	Away    bool // only the server has it, and there is no connection: it says so and leads nowhere
}

// Reach are the attributes of a link by who answers it; the script changes them as the line comes and goes.
func (i NavItem) Reach() templ.Attributes {
	a := templ.Attributes{}
	if i.Online {
		a["data-solo-linea"] = true
	}
	if i.Away {
		a["aria-disabled"], a["title"], a["data-requiere-linea"] = "true", "Requiere conexión", true
	}
	return a
}

// Action is a button that leads somewhere.
type Action struct {
	Label  string
	Href   string
	Icon   string
	Key    string
	Dialog bool
}

// Clinic is the house the person works in now, and where else they may go.
type Clinic struct {
	Name     string
	SiteName string
	Sites    []Place // other sites of this clinic
	Others   []Place // other clinics of this person
}

// Place is a site or clinic one can change to: a POST to Action.
type Place struct {
	Name     string
	Subtitle string
	Action   string
	Current  bool
}

// Person is who is logged in.
type Person struct {
	Name     string
	Subtitle string // college number or role
	Initials string
}

// Head is the document's part of the shell.
func (s Shell) Head() Head {
	return Head{Look: s.Look, Title: s.Title, LockMinutes: s.LockMinutes, ServiceWorker: s.ServiceWorker, Profile: s.Profile, Focus: s.Focus}
}

func (s Shell) heading() string {
	if s.Heading != "" {
		return s.Heading
	}
	return s.Title
}

func (s Shell) searchLabel() string {
	if s.SearchLabel != "" {
		return s.SearchLabel
	}
	return "Buscar paciente, DNI o celular"
}

// offers reports whether a place is among those offered.
func offers(items []NavItem, href string) bool {
	for _, item := range items {
		if item.Href == href {
			return true
		}
	}
	return false
}

// offlineWords says what this person can go on doing without connection, and what waits for it.
func (s Shell) offlineWords() string {
	if s.Attends {
		return "Puede atender, recetar y cerrar; se envía solo y se firma cuando vuelva."
	}
	books, charges := offers(s.QuickCreate, "/citas/nueva"), offers(s.Nav, "/caja")
	switch {
	case books && charges:
		return "Puede reservar, recibir y cobrar con recibo; se envía solo, y a SUNAT, cuando vuelva."
	case books:
		return "Puede reservar, mover y recibir pacientes; se envía solo cuando vuelva."
	case charges:
		return "Puede cobrar con recibo; el comprobante va solo a SUNAT cuando vuelva."
	}
	return "Puede ver la agenda y los pacientes de este equipo. Lo demás espera la conexión."
}

// inBottomNav tells whether the phone's bar already offers the item.
func (s Shell) inBottomNav(item NavItem) bool {
	for _, b := range s.BottomNav {
		if b.Href == item.Href {
			return true
		}
	}
	return false
}

// keyTitle is the tooltip of a control that has a key: "Reservar (R)".
func keyTitle(label, key string) string {
	if key == "" {
		return label
	}
	return label + " (" + KeyName(key) + ")"
}

// KeyName writes a key as people see it: "g p" → "G P", "ctrl+k" → "Ctrl K".
func KeyName(key string) string {
	names := map[string]string{"ctrl": "Ctrl", "alt": "Alt", "shift": "Mayús", "enter": "Enter", "esc": "Esc", "delete": "Supr",
		"arrowleft": "←", "arrowright": "→", "arrowup": "↑", "arrowdown": "↓", "space": "Espacio"}
	parts := strings.FieldsFunc(key, func(r rune) bool { return r == ' ' })
	for i, part := range parts {
		keys := []string{part}
		if len(part) > 1 {
			keys = strings.Split(part, "+")
		}
		for j, k := range keys {
			if name, ok := names[strings.ToLower(k)]; ok {
				keys[j] = name
				continue
			}
			keys[j] = strings.ToUpper(k)
		}
		parts[i] = strings.Join(keys, " ")
	}
	return strings.Join(parts, " ")
}
