//go:build !js

package hce

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
	"hampi/views"
)

const (
	headSlug       = "recetas"
	headPath       = "/configuracion/" + headSlug
	favouritesSlug = "favoritas"
	favouritesPath = "/configuracion/" + favouritesSlug
)

// HeadPage is the entry in /configuracion for what stands on prescriptions.
func HeadPage() web.SettingsPage {
	return web.SettingsPage{Slug: headSlug, Title: "Recetas", Icon: "receipt", Order: 61, Permission: accounts.HCESettings}
}

// FavouritesPage is the entry in /configuracion in which a professional orders how they like to prescribe.
func FavouritesPage() web.SettingsPage {
	return web.SettingsPage{Slug: favouritesSlug, Title: "Mis favoritas", Icon: "star", Order: 62, Permission: accounts.HCEWrite}
}

type prescriptionScreens struct{ record *Service }

// PrescriptionRoutes adds the pages about prescriptions: their head and foot, and a professional's favourites.
func PrescriptionRoutes(r *web.Router, record *Service) {
	h := prescriptionScreens{record}
	settings, write := web.Needs(accounts.HCESettings), web.Needs(accounts.HCEWrite)
	r.GET(headPath, h.showHead, settings)
	r.POST(headPath, h.saveHead, settings)
	r.POST(headPath+"/vista", h.lookAtHead, settings)
	r.GET(favouritesPath, h.favourites, write)
	r.POST(favouritesPath+"/:id", h.rename, write)
	r.POST(favouritesPath+"/:id/lugar", h.move, write)
	r.POST(favouritesPath+"/:id/retiro", h.remove, write)
	r.POST(favouritesPath+"/:id/reposicion", h.restore, write)
}

// headForm is the head as it is typed; the codes are read by site.
type headForm struct {
	Version int64  `form:"version"`
	Name    string `form:"nombre"`
	Address string `form:"direccion"`
	Phone   string `form:"telefono"`
	Footer  string `form:"pie"`
	Logo    string `form:"logo"`
	Site    string `form:"sede"` // whose prescription is shown
}

// headView is the page of the head.
type headView struct {
	Head     PrescriptionHead
	Clinic   accounts.Clinic
	Sites    []accounts.Site
	Site     accounts.Site // whose prescription is shown
	Problems fault.Problems
	Changed  []accounts.Difference
	LastBy   string
	Sample   receta
	OpID     string
}

func (h prescriptionScreens) showHead(c echo.Context) error {
	head, err := h.record.store.PrescriptionHead(c.Request().Context())
	if err != nil {
		return err
	}
	return h.drawHead(c, http.StatusOK, headView{Head: head})
}

// drawHead completes the page and shows it.
func (h prescriptionScreens) drawHead(c echo.Context, status int, v headView) error {
	if err := h.complete(c, &v); err != nil {
		return err
	}
	return web.ShowSettings(c, headSlug, web.Page{Status: status}, headBody(v))
}

func (h prescriptionScreens) complete(c echo.Context, v *headView) error {
	ctx := c.Request().Context()
	var err error
	if v.Clinic, err = h.record.Colleagues.Clinic(ctx); err != nil {
		return err
	}
	if v.Sites, err = openSites(ctx, h.record); err != nil {
		return err
	}
	chosen, _ := uuid.Parse(c.FormValue("sede"))
	if v.Site = siteAmong(v.Sites, chosen); v.Site.ID == uuid.Nil && len(v.Sites) > 0 {
		v.Site = v.Sites[0]
	}
	v.OpID = newID().String()
	v.Sample = sampleReceta(v.Head.tidy().letter(v.Clinic, v.Site), h.record.Now(ctx))
	if v.Head.Version > 0 {
		names, err := memberNames(ctx, h.record)
		if err != nil {
			return err
		}
		v.LastBy = joined(", ", names[v.Head.By], dayTime(v.Head.At, h.record.Zone(ctx)))
	}
	return nil
}

func openSites(ctx context.Context, s *Service) (open []accounts.Site, err error) {
	sites, err := s.Colleagues.Sites(ctx)
	for _, site := range sites {
		if site.Active {
			open = append(open, site)
		}
	}
	return open, err
}

// typedHead is the head as it was sent.
func (h prescriptionScreens) typedHead(c echo.Context) (PrescriptionHead, error) {
	var f headForm
	if err := web.Bind(c, &f); err != nil {
		return PrescriptionHead{}, err
	}
	head := PrescriptionHead{
		Version: f.Version, Name: f.Name, Address: f.Address, Phone: f.Phone, Footer: tidyDocument(f.Footer), Logo: f.Logo != "", IPRESS: map[uuid.UUID]string{},
	}
	sites, err := openSites(c.Request().Context(), h.record)
	for _, site := range sites {
		head.IPRESS[site.ID] = c.FormValue(ipressField(site.ID))
	}
	return head, err
}

// lookAtHead shows the prescription as what is typed makes it.
func (h prescriptionScreens) lookAtHead(c echo.Context) error {
	head, err := h.typedHead(c)
	if err != nil {
		return err
	}
	v := headView{Head: head}
	if err := h.complete(c, &v); err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, headSample(v))
}

func (h prescriptionScreens) saveHead(c echo.Context) error {
	head, err := h.typedHead(c)
	if err != nil {
		return err
	}
	err = h.record.SaveHead(c.Request().Context(), head)
	if problems, wrong := fault.Fields(err); wrong {
		return h.drawHead(c, http.StatusUnprocessableEntity, headView{Head: head, Problems: problems})
	}
	if errors.Is(err, ErrHeadChanged) {
		return h.drawStaleHead(c, head)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Se guardó la cabecera de las recetas.")
	return web.SeeOther(c, headPath)
}

// drawStaleHead shows what somebody else saved beside what was typed; saving again is a decision.
func (h prescriptionScreens) drawStaleHead(c echo.Context, typed PrescriptionHead) error {
	stored, err := h.record.store.PrescriptionHead(c.Request().Context())
	if err != nil {
		return err
	}
	var changed []accounts.Difference
	tidy := typed.tidy()
	for _, d := range []accounts.Difference{
		{Label: "Nombre", Stored: stored.Name, Typed: tidy.Name}, {Label: "Dirección", Stored: stored.Address, Typed: tidy.Address},
		{Label: "Teléfono", Stored: stored.Phone, Typed: tidy.Phone}, {Label: "Pie", Stored: stored.Footer, Typed: tidy.Footer},
	} {
		if d.Stored != d.Typed {
			changed = append(changed, d)
		}
	}
	typed.Version, typed.By, typed.At = stored.Version, stored.By, stored.At
	return h.drawHead(c, http.StatusConflict, headView{Head: typed, Changed: changed, Problems: fault.Problems{"": ErrHeadChanged.Error()}})
}

// sampleReceta is an invented prescription, to see a head on.
func sampleReceta(l letterhead, now time.Time) receta {
	item := prescribing.Item{
		DCI: "Amoxicilina", Strength: "500 mg", Form: "tableta", Route: "oral", Dose: prescribing.Amount{Value: decimal.NewFromInt(1), Unit: "tableta"},
		Frequency: prescribing.Frequency{Kind: prescribing.EveryHours, Number: 8}, Duration: prescribing.Duration{Value: 7, Unit: prescribing.Days},
		Quantity: prescribing.Amount{Value: decimal.NewFromInt(21), Unit: "tableta"}, Instructions: "Después de los alimentos",
	}
	content := PrescriptionContent{
		Number: 1482, Items: []Prescribed{{Item: item}}, Diagnoses: []Diagnosis{{Code: "J02.9", Title: "Faringitis aguda, no especificada", Kind: Presumptive}},
		ExpiresOn: prescribing.Expires(now, prescribing.ExpiryDays).Format(time.DateOnly),
	}
	e := Entry{Record: Record{Type: Prescription, WrittenAt: now, Author: Author{Name: "Dra. Nombre Apellido", Profession: "Medicina general", College: "CMP", CollegeNumber: "00000"}}}
	if text, err := json.Marshal(content); err == nil {
		e.Content = text
	}
	return receta{
		Entry: e, Content: content, Letter: l, Zone: now.Location(), Sample: true,
		Person: patients.Patient{RecordNumber: "000482", Demographics: patients.Demographics{
			Document: patients.Document{Type: patients.DNI, Number: "99012345"},
			LastName: "Huamán", SecondLastName: "Ponce", FirstName: "Edith Maribel", Sex: patients.Female, BirthDate: now.AddDate(-34, 0, -20),
		}},
	}
}

// favouritesView is the list of a professional's favourites.
type favouritesView struct {
	List     []Favourite
	Removed  uuid.UUID // the one that was just taken out, which may be brought back
	Restored uuid.UUID // the one that was just brought back: it has the focus
	At       uuid.UUID // the one whose name was refused
	Typed    string
	Problems fault.Problems
}

func (v favouritesView) field(f Favourite) views.Field {
	field := views.Field{Name: "nombre", ID: "nombre-" + f.ID.String(), Label: "Nombre", MaxLength: longFavourite, Autocomplete: "off"}
	if v.At == f.ID {
		return field.With(v.Typed, v.Problems)
	}
	field.Autofocus = v.Restored == f.ID
	return field.With(f.Name, nil)
}

func (h prescriptionScreens) favourites(c echo.Context) error {
	removed, _ := uuid.Parse(c.QueryParam("quitada"))
	return h.drawFavourites(c, http.StatusOK, favouritesView{Removed: removed})
}

func (h prescriptionScreens) drawFavourites(c echo.Context, status int, v favouritesView) error {
	var err error
	if v.List, err = h.record.Favourites(c.Request().Context()); err != nil {
		return err
	}
	return web.ShowSettings(c, favouritesSlug, web.Page{Status: status}, favouritesBody(v))
}

func (h prescriptionScreens) rename(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	typed := c.FormValue("nombre")
	err = h.record.RenameFavourite(c.Request().Context(), id, typed)
	if problems, wrong := fault.Fields(err); wrong {
		return h.drawFavourites(c, http.StatusUnprocessableEntity, favouritesView{At: id, Typed: typed, Problems: problems})
	}
	return h.after(c, err, favouritesView{})
}

func (h prescriptionScreens) move(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	return h.after(c, h.record.MoveFavourite(c.Request().Context(), id, c.FormValue("hacer") == "bajar"), favouritesView{})
}

func (h prescriptionScreens) remove(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	return h.after(c, h.record.RemoveFavourite(c.Request().Context(), id), favouritesView{Removed: id})
}

func (h prescriptionScreens) restore(c echo.Context) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	return h.after(c, h.record.RestoreFavourite(c.Request().Context(), id), favouritesView{Restored: id})
}

// after shows the list once something was done to it; a browser without script goes back to it.
func (h prescriptionScreens) after(c echo.Context, err error, v favouritesView) error {
	switch {
	case err != nil:
		return err
	case web.IsFragment(c):
		return h.drawFavourites(c, http.StatusOK, v)
	case v.Removed != uuid.Nil:
		return web.SeeOther(c, favouritesPath+"?quitada="+v.Removed.String())
	}
	return web.SeeOther(c, favouritesPath)
}

func versionOf(h PrescriptionHead) string { return strconv.FormatInt(h.Version, 10) }
