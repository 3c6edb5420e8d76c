package patients

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// data is the section where a patient's data is edited, part by part.
func (h routes) data(c echo.Context) error {
	frame, err := h.frame(c, "datos")
	if err != nil || frame == nil {
		return err
	}
	view, err := h.dataView(c.Request().Context(), *frame)
	if err != nil {
		return err
	}
	return ShowFrame(c, http.StatusOK, *frame, dataBody(view))
}

// dataView is the section Datos: a form for each part that the person who asks may edit, the rest to read.
type dataView struct {
	Frame Frame
	Parts []partView
	Read  summaryView
	Full  bool // edits everything; else there is more to read than to edit
}

// partView is one part's form.
type partView struct {
	Section  section
	Patient  Patient
	Action   string
	Form     personForm
	OpID     string
	Seen     int64
	Marks    map[Group]string // what each group read when the form was drawn
	Problems fault.Problems
	District string
	Places   bool
	Last     string // who changed it last
	Taken    *line
	Clashes  []clashView
	Chosen   int64
}

// clashView is a group that two people changed: both values, and no choice made yet.
type clashView struct {
	Group         Group
	Who, Kept     string
	Typed, Choice string
}

func (h routes) dataView(ctx context.Context, f Frame) (dataView, error) {
	who := access.Who(ctx)
	view := dataView{Frame: f, Read: summaryView{Frame: f, District: h.district(f.Patient.Address.Ubigeo)}, Full: who.Can(accounts.PatientsWrite)}
	parts := sections()
	switch {
	case view.Full:
	case who.Can(accounts.PatientsBilling):
		parts = []section{billingSection()}
	default:
		parts = nil
	}
	for _, s := range parts {
		if !slices.ContainsFunc(s.Groups, f.Patient.Holds) {
			continue
		}
		part, err := h.partView(ctx, f, s)
		if err != nil {
			return view, err
		}
		view.Parts = append(view.Parts, part)
	}
	return view, nil
}

func (h routes) partView(ctx context.Context, f Frame, s section) (partView, error) {
	p := f.Patient
	view := partView{Section: s, Patient: p, Form: formOf(p.Demographics), OpID: newID(), Seen: p.Version, Marks: map[Group]string{},
		District: h.district(p.Address.Ubigeo), Places: h.service.neighbours.Places != nil, Action: pathOf(p.ID, "datos/"+s.Slug)}
	if s.Slug == billingSection().Slug {
		view.Action = pathOf(p.ID, s.Slug)
	}
	for _, g := range s.Groups {
		if p.Holds(g) {
			view.Marks[g] = mark(p.Demographics, g)
		}
	}
	changes, err := h.service.changes(ctx, p, s.Groups)
	if err != nil {
		return view, err
	}
	latest := slices.MaxFunc(changes, func(a, b Change) int { return a.At.Compare(b.At) })
	view.Last = changeLine(latest, f)
	return view, nil
}

// mark is a short print of a group's value: by it a form tells what its person changed from what was already there.
func mark(d Demographics, g Group) string {
	sum := sha256.Sum256([]byte(d.digest(g)))
	return hex.EncodeToString(sum[:8])
}

func (h routes) edit(c echo.Context) error {
	part, ok := sectionOf(c.Param("seccion"))
	if !ok {
		return fault.ErrNotFound
	}
	return h.savePart(c, part)
}

func (h routes) editBilling(c echo.Context) error { return h.savePart(c, billingSection()) }

// savePart saves one part of a patient's data and answers with that part alone, so that what is typed in the others
// stays. Refused, the part comes back with what was typed; changed by two people, with both values to choose from.
func (h routes) savePart(c echo.Context, part section) error {
	frame, err := h.frame(c, "datos")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	view, err := h.partView(ctx, *frame, part)
	if err != nil {
		return err
	}
	edit, err := h.readPart(c, &view)
	if err == nil {
		var edited Edited
		if edited, err = h.service.Edit(ctx, edit); err == nil {
			return h.showSaved(c, part, edited)
		}
	}
	return h.refusePart(c, *frame, view, edit, err)
}

func (h routes) showSaved(c echo.Context, part section, edited Edited) error {
	if !web.IsFragment(c) {
		web.Flash(c, savedWords(edited))
		return web.SeeOther(c, pathOf(edited.Patient.ID, "datos"))
	}
	frame, err := h.frame(c, "datos")
	if err != nil {
		return err
	}
	view, err := h.partView(c.Request().Context(), *frame, part)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, savedPart(*frame, view, savedWords(edited)))
}

// readPart reads the posted part into an edit of the groups that the person changed, and into the view that shows
// the typed again.
func (h routes) readPart(c echo.Context, view *partView) (Edit, error) {
	var form personForm
	if err := web.Bind(c, &form); err != nil {
		return Edit{}, err
	}
	view.Form, view.OpID = form, form.OpID
	view.Seen, _ = strconv.ParseInt(form.Seen, 10, 64) // unreadable is version 0: everything has changed since
	view.Chosen, _ = strconv.ParseInt(form.Chosen, 10, 64)
	view.District = h.district(form.Ubigeo)
	today := h.service.today(c.Request().Context())
	typed, problems := form.demographics(today)
	typed.Tidy()
	for field, sentence := range typed.Problems(today) {
		if g := groupOf(field); slices.Contains(view.Section.Groups, g) && view.asks(g, c) {
			problems.Add(field, sentence)
		}
	}
	edit := Edit{ID: view.Patient.ID, Seen: view.Seen, Op: form.OpID, Chosen: view.Chosen, Choices: map[Group]Choice{}, Demographics: typed}
	for _, g := range view.Section.Groups {
		view.Marks[g] = c.FormValue("visto." + string(g))
		if !view.asks(g, c) {
			continue
		}
		edit.Choices[g] = Choice(c.FormValue("elegir." + string(g)))
		if mark(typed, g) != view.Marks[g] {
			edit.Groups = append(edit.Groups, g)
		}
	}
	return edit, problems.Err()
}

// Has reports whether the form has the group's fields: it was drawn with a mark of what they read.
func (v partView) Has(g Group) bool { return v.Marks[g] != "" || v.Patient.Holds(g) }

// asks reports whether the posted form had the group's fields: a device's form lacks those that it does not hold.
func (v partView) asks(g Group, c echo.Context) bool {
	return v.Patient.Holds(g) || c.FormValue("visto."+string(g)) != ""
}

func (h routes) refusePart(c echo.Context, f Frame, view partView, edit Edit, err error) error {
	problems, ok := fault.Fields(err)
	if !ok {
		return err
	}
	view.Problems = problems
	if by := asTaken(err); by != nil {
		l := lineOf(*by, f.Today)
		view.Taken = &l
	}
	var clash *Clash
	if errors.As(err, &clash) {
		view.Problems, view.Chosen = nil, clash.Current.Version
		for _, change := range clash.Changes {
			view.Clashes = append(view.Clashes, clashView{Group: change.Group, Who: changeLine(change, f), Choice: string(edit.Choices[change.Group]),
				Kept: h.groupText(clash.Current.Demographics, change.Group), Typed: h.groupText(edit.Demographics, change.Group)})
		}
	}
	if web.IsFragment(c) {
		return web.Render(c, statusOf(err), partForm(view))
	}
	whole, wholeErr := h.dataView(c.Request().Context(), f)
	if wholeErr != nil {
		return err // the page cannot be read any more: the refusal itself is the answer
	}
	for i := range whole.Parts {
		if whole.Parts[i].Section.Slug == view.Section.Slug {
			whole.Parts[i] = view
		}
	}
	return ShowFrame(c, statusOf(err), f, dataBody(whole))
}

// groupText writes a group's value for comparison.
func (h routes) groupText(d Demographics, g Group) string {
	return valueText(d, g, h.service.neighbours.Places)
}

// savedWords says what happened, with what others had changed.
func savedWords(e Edited) string {
	words := "Guardado."
	if len(e.Saved) == 0 {
		words = "No había cambios por guardar."
	}
	if len(e.Others) == 0 {
		return words
	}
	changes := make([]string, 0, len(e.Others))
	for _, o := range e.Others {
		text := strings.ToLower(o.Group.Label())
		if o.By != "" {
			text += " (" + o.By + ")"
		}
		changes = append(changes, text)
	}
	return words + " Mientras tanto otra persona cambió: " + strings.Join(changes, ", ") + "."
}
