//go:build !js

package settings

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// uploadMost is what an upload may weigh before it is looked at; what a logo may weigh is said at the field.
const uploadMost = 2 << 20

// clinicForm is what any section of the page sends.
type clinicForm struct {
	Version   int64  `form:"version"`
	Mark      string `form:"visto"`
	Name      string `form:"nombre"`
	LegalName string `form:"razon_social"`
	RUC       string `form:"ruc"`
	Phone     string `form:"telefono"`
	Accent    string `form:"acento"`
	Zone      string `form:"zona"`
	Minutes   int    `form:"minutos"`
}

func (f clinicForm) seen() accounts.Seen { return accounts.Seen{Version: f.Version, Mark: f.Mark} }

func (f clinicForm) data() accounts.ClinicData {
	return accounts.ClinicData{Name: f.Name, LegalName: f.LegalName, RUC: f.RUC, Phone: f.Phone}
}

// section is one form of the page as it is drawn.
type section struct {
	Form     clinicForm
	Seen     accounts.Seen
	Problems fault.Problems
	Changed  []accounts.Difference
	Last     lastChange
}

type clinicPage struct {
	Clinic                 accounts.Clinic
	Data, Look, Zone, Logo section
}

func formOf(c accounts.Clinic) clinicForm {
	return clinicForm{Name: c.Name, LegalName: c.LegalName, RUC: c.RUC, Phone: c.Phone, Accent: c.Accent, Zone: c.TimeZone, Minutes: c.LockMinutes}
}

func (s *Service) clinicPage(ctx context.Context) (clinicPage, error) {
	c, err := s.house.Clinic(ctx)
	if err != nil {
		return clinicPage{}, err
	}
	form := formOf(c)
	page := clinicPage{Clinic: c,
		Data: section{Form: form, Seen: accounts.SeenOf(c, accounts.DataSection)},
		Look: section{Form: form, Seen: accounts.SeenOf(c, accounts.LookSection)},
		Zone: section{Form: form, Seen: accounts.SeenOf(c, accounts.ZoneSection)},
	}
	for sect, columns := range map[*section][]string{
		&page.Data: {"name", "legal_name", "ruc", "phone"}, &page.Look: {"accent"}, &page.Zone: {"time_zone"}, &page.Logo: {"logo", "logo_type"},
	} {
		if sect.Last, err = lastChangeOf(ctx, c.Zone(), "clinics", c.ID, columns...); err != nil {
			return clinicPage{}, err
		}
	}
	return page, nil
}

func (s *Service) showClinic(c echo.Context) error {
	page, err := s.clinicPage(c.Request().Context())
	if err != nil {
		return err
	}
	return draw(c, slugClinic, web.Page{}, clinicSections(page))
}

// saved answers a stored section.
func saved(c echo.Context, slug string) error {
	web.Flash(c, "Se guardaron los cambios.")
	return web.SeeOther(c, "/configuracion/"+slug)
}

// refused draws the page again: the section of which keeps what was typed, and says what was wrong or what differs.
func (s *Service) refused(c echo.Context, err error, form clinicForm, which func(*clinicPage) *section, differ func(clinicPage) []accounts.Difference) error {
	problems, typed := fault.Fields(err)
	stale := errors.Is(err, accounts.ErrClinicChanged)
	if !typed && !stale {
		return err
	}
	page, readErr := s.clinicPage(c.Request().Context())
	if readErr != nil {
		return readErr
	}
	sect := which(&page)
	sect.Form, sect.Problems = form, problems
	if stale {
		if sect.Changed = differ(page); len(sect.Changed) == 0 { // both wanted the same
			return web.SeeOther(c, "/configuracion/clinica")
		}
	} else {
		sect.Seen = form.seen() // the newest is not accepted unseen
	}
	return draw(c, slugClinic, web.Page{Status: statusOf(err)}, clinicSections(page))
}

func (s *Service) saveData(c echo.Context) error {
	var form clinicForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	err := s.house.SaveData(c.Request().Context(), form.seen(), form.data())
	if err == nil {
		return saved(c, slugClinic)
	}
	return s.refused(c, err, form, func(p *clinicPage) *section { return &p.Data }, func(p clinicPage) []accounts.Difference {
		d := form.data().Tidy()
		return differing(accounts.Difference{Label: "Nombre", Stored: p.Clinic.Name, Typed: d.Name},
			accounts.Difference{Label: "Razón social", Stored: p.Clinic.LegalName, Typed: d.LegalName},
			accounts.Difference{Label: "RUC", Stored: p.Clinic.RUC, Typed: d.RUC},
			accounts.Difference{Label: "Teléfono", Stored: p.Clinic.Phone, Typed: d.Phone})
	})
}

func differing(all ...accounts.Difference) []accounts.Difference {
	var found []accounts.Difference
	for _, d := range all {
		if d.Stored != d.Typed {
			found = append(found, d)
		}
	}
	return found
}

func (s *Service) saveLook(c echo.Context) error {
	var form clinicForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	err := s.house.SaveLook(c.Request().Context(), form.seen(), form.Accent)
	if err == nil {
		return saved(c, slugClinic)
	}
	return s.refused(c, err, form, func(p *clinicPage) *section { return &p.Look }, func(p clinicPage) []accounts.Difference {
		return differing(accounts.Difference{Label: "Color", Stored: label(accounts.Accents(), p.Clinic.Accent), Typed: label(accounts.Accents(), form.Accent)})
	})
}

func (s *Service) saveZone(c echo.Context) error {
	var form clinicForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	err := s.house.SaveZone(c.Request().Context(), form.seen(), form.Zone)
	if err == nil {
		return saved(c, slugClinic)
	}
	return s.refused(c, err, form, func(p *clinicPage) *section { return &p.Zone }, func(p clinicPage) []accounts.Difference {
		return differing(accounts.Difference{Label: "Zona horaria", Stored: label(accounts.TimeZones(), p.Clinic.TimeZone), Typed: label(accounts.TimeZones(), form.Zone)})
	})
}

func label(choices []accounts.Choice, key string) string {
	for _, c := range choices {
		if c.Key == key {
			return c.Label
		}
	}
	return key
}

func (s *Service) saveLogo(c echo.Context) error {
	picture, err := uploaded(c, "logo")
	if err == nil {
		err = s.house.SaveLogo(c.Request().Context(), picture)
	}
	if err == nil {
		return saved(c, slugClinic)
	}
	return s.refused(c, err, clinicForm{}, func(p *clinicPage) *section { return &p.Logo }, nil)
}

// uploaded reads a file of a form, at most one byte more than a logo may weigh; none chosen is empty.
func uploaded(c echo.Context, name string) ([]byte, error) {
	header, err := c.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.InvalidField(name, "La imagen llegó incompleta. Vuelva a subirla.")
	}
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // read only
	return io.ReadAll(io.LimitReader(file, accounts.LogoMaxBytes+1))
}

func (s *Service) removeLogo(c echo.Context) error {
	if err := s.house.RemoveLogo(c.Request().Context()); err != nil {
		return err
	}
	return saved(c, slugClinic)
}

// logo serves the picture as nothing but a picture, whatever somebody put into it.
func (s *Service) logo(c echo.Context) error {
	picture, kind, err := s.house.Logo(c.Request().Context())
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", "inline; filename=logo")
	return c.Blob(http.StatusOK, kind, picture)
}

// siteForm is what a site's page sends.
type siteForm struct {
	ID      string `form:"id"`
	Version int64  `form:"version"`
	Name    string `form:"nombre"`
	Address string `form:"direccion"`
	Phone   string `form:"telefono"`
	Metres  string `form:"altitud"`
}

func (f siteForm) site(id uuid.UUID) accounts.Site {
	return accounts.Site{ID: id, Version: f.Version, Name: f.Name, Address: f.Address, Phone: f.Phone, Altitude: f.altitude()}
}

// altitude is what was typed, as people write metres: "1,900", "1900 m"; nil for nothing. What is no number is one that is
// refused.
func (f siteForm) altitude() *int {
	text := strings.NewReplacer(",", "", "m", "", " ", "").Replace(strings.ToLower(f.Metres))
	if text == "" {
		return nil
	}
	metres, err := strconv.Atoi(text)
	if err != nil {
		metres = -1
	}
	return &metres
}

// metresText is an altitude as its field holds it.
func metresText(metres *int) string {
	if metres == nil {
		return ""
	}
	return strconv.Itoa(*metres)
}
