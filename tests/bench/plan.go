//go:build !js

package main

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/catalog"
	"hampi/modules/platform/offline"
)

// lima is where all invented clinics are.
var lima = time.FixedZone("America/Lima", -5*60*60)

// moment is when everything is measured: Tuesday 24 November 2026, 10:15 in Lima.
var moment = time.Date(2026, 11, 24, 10, 15, 0, 0, lima)

// What the clinics are like: half hours from 8 to 13 and from 14 to 19, Monday to Saturday, a year and a half back
// and ahead.
const (
	months       = 18
	slotsADay    = 20
	halfHour     = 30 * time.Minute
	otherClinics = 48
	totalCitas   = 1_000_000
	password     = "Hampi-bench-2026"
	secret       = "JBSWY3DPEHPK3PXP"
)

// clinic is one invented clinic before it is loaded.
type clinic struct {
	id       uuid.UUID
	slug     string
	patients int
	centro   int     // professionals at the first site
	norte    int     // at the second one
	fill     float64 // share of the half hours that is promised on an ordinary day
	full     bool    // the measured day at the first site has a patient in every half hour
	sites    []uuid.UUID
	staff    []person
	services []uuid.UUID
}

// person works in a clinic.
type person struct {
	user, member, site, room uuid.UUID
	name, email, role        string
}

func clinics() []*clinic {
	large := &clinic{slug: "grande", patients: 100_000, centro: 8, norte: 3, fill: 0.965, full: true}
	small := &clinic{slug: "chica", patients: 1_000, centro: 8, fill: 0.03, full: true}
	// What one device downloads: 5,000 appointments within its window, and beside their patients a directory of 20,000.
	synced := &clinic{slug: syncedClinic, patients: 25_000, centro: 8}
	synced.fill = 5_000 / float64(synced.centro*slotsADay*windowDays())
	carried := &clinic{slug: carriedClinic, patients: 5_000, centro: 3, fill: 0.3} // a browser's store
	named := []*clinic{large, small, synced, carried}
	left := totalCitas
	for _, c := range named {
		left -= c.expected()
	}
	all := named[:2:2]
	for i := range otherClinics {
		c := &clinic{slug: "otra" + strconv.Itoa(i+1), patients: 400, centro: 2}
		c.fill = float64(left) / otherClinics / float64(2*slotsADay*workingDays())
		all = append(all, c)
	}
	all = append(all, synced, carried)
	for _, c := range all {
		c.people()
	}
	return all
}

// The clinics of devices.
const (
	syncedClinic  = "equipo"
	carriedClinic = "posta"
)

func clinicOf(slug string) *clinic {
	all := clinics()
	return all[slices.IndexFunc(all, func(c *clinic) bool { return c.slug == slug })]
}

// windowDays are the working days within the window of a device.
func windowDays() (n int) {
	w := offline.WindowAt(moment, lima)
	for _, day := range days() {
		if !day.Before(w.From) && day.Before(w.To) {
			n++
		}
	}
	return n
}

func (c *clinic) expected() int {
	return int(c.fill * float64((c.centro+c.norte)*slotsADay*workingDays()))
}

func (c *clinic) people() {
	c.id = c.named("clinic")
	c.sites = []uuid.UUID{c.named("site", "Centro"), c.named("site", "Norte")}
	for i := range c.centro + c.norte {
		site := c.sites[0]
		if i >= c.centro {
			site = c.sites[1]
		}
		c.hire("doctor"+strconv.Itoa(i+1), "doctor", site)
	}
	c.hire("admin", "clinic_admin", c.sites[0])
	c.hire("recepcion", "receptionist", c.sites[0])
	c.hire("caja", "cashier", c.sites[0])
	for _, s := range catalog.Suggested("odontologia", "oftalmologia") {
		c.services = append(c.services, c.named("service", s.Name))
	}
}

func (c *clinic) hire(name, role string, site uuid.UUID) {
	c.staff = append(c.staff, person{
		user: c.named("user", name), member: c.named("member", name), room: c.named("room", name), site: site,
		name: strings.ToUpper(name[:1]) + name[1:] + " de " + c.slug, email: name + "@" + c.slug + ".example.com", role: role,
	})
}

func (c *clinic) doctors() []person { return c.staff[:c.centro+c.norte] }

func (c *clinic) admin() person { return c.staff[c.centro+c.norte] }

func (c *clinic) reception() person { return c.staff[c.centro+c.norte+1] }

// named derives an id from names, the same in every run.
func (c *clinic) named(names ...string) uuid.UUID {
	sum := sha256.Sum256([]byte(c.slug + "\x00" + strings.Join(names, "\x00")))
	return idAt(moment.AddDate(-4, 0, 0), binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))
}

// idAt is a UUIDv7 of a moment.
func idAt(at time.Time, a, b uint64) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|a&0x0fff|0x7000) //nolint:gosec // after 1970
	binary.BigEndian.PutUint64(id[8:], b&0x3fffffffffffffff|0x8000000000000000)
	return id
}

// dice are thrown the same way in every run.
func (c *clinic) dice(of string) *rand.Rand {
	sum := sha256.Sum256([]byte(c.slug + "\x00dice\x00" + of))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))) //nolint:gosec // invented people, no secrets
}

// days are all working days, midnight in Lima.
func days() []time.Time {
	var list []time.Time
	today := time.Date(moment.Year(), moment.Month(), moment.Day(), 0, 0, 0, 0, lima)
	for d := today.AddDate(0, -months, 0); d.Before(today.AddDate(0, months, 0)); d = d.AddDate(0, 0, 1) {
		if _, holiday := catalog.HolidayOn(d); d.Weekday() != time.Sunday && !holiday {
			list = append(list, d)
		}
	}
	return list
}

func workingDays() int { return len(days()) }

// slot is the start of the nth half hour of a day.
func slot(day time.Time, n int) time.Time {
	start := day.Add(8*time.Hour + time.Duration(n)*halfHour)
	if n >= slotsADay/2 {
		start = start.Add(time.Hour)
	}
	return start
}
