//go:build !js

package accounts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/jpeg" // a logo is opened to see that it is one
	_ "image/png"
	"strconv"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// House is the clinic's own page: what its administration may change about it and its sites.
type House struct{ Colleagues }

// Seen is what a form of one section was drawn with: the clinic's version, and a mark of the section's own values, so
// that a change of another section is no conflict.
type Seen struct {
	Version int64
	Mark    string
}

// Section is one form of the clinic's settings, as its stored values.
type Section func(Clinic) []string

// DataSection is who the clinic is.
func DataSection(c Clinic) []string { return []string{c.Name, c.LegalName, c.RUC, c.Phone} }

// LookSection is how its screens look.
func LookSection(c Clinic) []string { return []string{c.Accent} }

// ZoneSection is where its clocks are.
func ZoneSection(c Clinic) []string { return []string{c.TimeZone} }

// LockSection is when its screens lock.
func LockSection(c Clinic) []string { return []string{strconv.Itoa(c.LockMinutes)} }

// OfflineSection is whether devices open without connection.
func OfflineSection(c Clinic) []string { return []string{strconv.FormatBool(c.OfflineStart)} }

// SeenOf is what a form of the section carries.
func SeenOf(c Clinic, section Section) Seen {
	sum := sha256.Sum256([]byte(strings.Join(section(c), "\x1f")))
	return Seen{Version: c.Version, Mark: hex.EncodeToString(sum[:8])}
}

// ErrClinicChanged tells that somebody else stored the same section meanwhile.
var ErrClinicChanged = fault.Conflicted("changed", "Otra persona lo cambió mientras usted lo editaba.")

// SaveData stores who the clinic is. It is refused with ErrClinicChanged when that changed since seen.
func (h House) SaveData(ctx context.Context, seen Seen, d ClinicData) error {
	d = d.Tidy()
	if err := d.Problems().Err(); err != nil {
		return err
	}
	return h.save(ctx, DataSection, seen, "name = ?, legal_name = ?, ruc = ?, phone = ?", d.Name, d.LegalName, d.RUC, d.Phone)
}

// SaveLook stores the clinic's colour.
func (h House) SaveLook(ctx context.Context, seen Seen, accent string) error {
	if !isChoice(Accents(), accent) {
		return fault.InvalidField("acento", "Ese color no está en la lista.")
	}
	return h.save(ctx, LookSection, seen, "accent = ?", accent)
}

// SaveZone stores where the clinic's clocks are. Times are kept in UTC: what is booked keeps its moment and changes its hour.
func (h House) SaveZone(ctx context.Context, seen Seen, zone string) error {
	if !isChoice(TimeZones(), zone) {
		return fault.InvalidField("zona", "Esa zona horaria no está en la lista.")
	}
	return h.save(ctx, ZoneSection, seen, "time_zone = ?", zone)
}

// SaveLock stores after how many idle minutes screens lock.
func (h House) SaveLock(ctx context.Context, seen Seen, minutes int) error {
	if problem := lockProblem(minutes); problem != "" {
		return fault.InvalidField("minutos", problem)
	}
	return h.save(ctx, LockSection, seen, "lock_after_minutes = ?", minutes)
}

// SaveOffline stores whether devices open without connection.
func (h House) SaveOffline(ctx context.Context, seen Seen, start bool) error {
	return h.save(ctx, OfflineSection, seen, "offline_start = ?", start)
}

func (h House) save(ctx context.Context, section Section, seen Seen, set string, values ...any) error {
	id := database.ScopeOf(ctx).ClinicID
	stored, err := clinicIn(database.From(ctx), id, " for update")
	if err != nil {
		return err
	}
	if stored.Version != seen.Version && SeenOf(stored, section).Mark != seen.Mark {
		return ErrClinicChanged
	}
	return storeClinic(ctx, set, values...)
}

func storeClinic(ctx context.Context, set string, values ...any) error {
	query := "update clinics set " + set + ", version = version + 1, updated_at = now() where id = ?"
	if err := database.From(ctx).Exec(query, append(values, database.ScopeOf(ctx).ClinicID)...).Error; err != nil {
		return fmt.Errorf("store the clinic: %w", err)
	}
	return nil
}

// Limits of a logo.
const (
	LogoMaxBytes = 512 << 10
	logoMaxSide  = 4000 // pixels
)

// SaveLogo stores a picture as the clinic's logo, after looking at what it really is.
func (h House) SaveLogo(ctx context.Context, picture []byte) error {
	kind, problem := logoKind(picture)
	if problem != "" {
		return fault.InvalidField("logo", problem)
	}
	return storeClinic(ctx, "logo = ?, logo_type = ?", picture, kind)
}

// RemoveLogo takes the logo away.
func (h House) RemoveLogo(ctx context.Context) error {
	return storeClinic(ctx, "logo = null, logo_type = ''")
}

// Logo is the stored picture and its kind; fault.ErrNotFound without one.
func (h House) Logo(ctx context.Context) (picture []byte, kind string, err error) {
	row := database.From(ctx).Raw("select logo, logo_type from clinics where id = ? and logo_type <> ''", database.ScopeOf(ctx).ClinicID).Row()
	err = row.Scan(&picture, &kind)
	if noRows(err) {
		return nil, "", fault.ErrNotFound
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the logo: %w", err)
	}
	return picture, kind, nil
}

// logoKind tells what a picture is by its content, whatever its name says.
func logoKind(picture []byte) (kind, problem string) {
	switch {
	case len(picture) == 0:
		return "", "Falta elegir una imagen."
	case len(picture) > LogoMaxBytes:
		return "", "La imagen pesa más de 512 kB. Redúzcala y vuelva a subirla."
	}
	found := mimetype.Detect(picture)
	switch {
	case found.Is("image/webp"):
		return "image/webp", ""
	case !found.Is("image/png") && !found.Is("image/jpeg"):
		return "", "El logo va en PNG, JPEG o WebP."
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return "", "La imagen está dañada y no se puede abrir."
	}
	if size.Width > logoMaxSide || size.Height > logoMaxSide {
		return "", "La imagen mide más de 4,000 píxeles de lado. Redúzcala y vuelva a subirla."
	}
	return found.String(), ""
}
