package patients

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

func (h routes) mergeRoutes(r *web.Router) {
	r.GET("/pacientes/:id/unir", h.compare, web.Needs(accounts.PatientsMerge))
	r.POST("/pacientes/:id/unir/buscar", h.searchOther, web.Needs(accounts.PatientsMerge))
	r.POST("/pacientes/:id/unir", h.join, web.Needs(accounts.PatientsMerge))
	r.POST("/pacientes/:id/uniones/:union/deshacer", h.undo, web.Needs(accounts.PatientsMerge))
}

// mergeView compares two entries before they become one person.
type mergeView struct {
	Frame    Frame
	Other    *Patient // nil: not chosen yet
	Rows     []compareRow
	Suspects []line
	Joined   []joinedLine
	Form     mergeForm
	Problems fault.Problems
	OpID, ID string
}

type compareRow struct {
	Label, Here, There string
	Same               bool
}

type joinedLine struct{ ID, Name, Record, Who, Reason string }

type mergeForm struct {
	OpID    string `form:"op_id"`
	ID      string `form:"id"`
	Other   string `form:"otra"`
	Surname string `form:"surname"`
	Reason  string `form:"reason"`
}

// compare shows two entries side by side, the other one by its id.
func (h routes) compare(c echo.Context) error {
	var q struct {
		Other string `query:"con"`
	}
	if err := web.BindQuery(c, &q); err != nil {
		return err
	}
	frame, err := h.frame(c, "unir")
	if err != nil || frame == nil {
		return err
	}
	view, err := h.mergeView(c, *frame, q.Other)
	if err != nil {
		return err
	}
	return ShowFrame(c, http.StatusOK, *frame, mergeBody(view))
}

func (h routes) mergeView(c echo.Context, f Frame, other string) (mergeView, error) {
	ctx := c.Request().Context()
	view := mergeView{Frame: f, OpID: newID(), ID: newID()}
	for _, p := range f.Suspects {
		view.Suspects = append(view.Suspects, lineOf(p, f.Today))
	}
	joined, err := h.service.Joined(ctx, f.Family)
	if err != nil {
		return view, err
	}
	if view.Joined, err = h.joinedLines(ctx, joined, f); err != nil {
		return view, err
	}
	if other == "" {
		return view, nil
	}
	id, err := uuid.Parse(other)
	if err != nil {
		return view, fault.ErrNotFound
	}
	p, err := h.service.Active(ctx, id)
	if err != nil {
		return view, err
	}
	if p.ID == f.Patient.ID {
		return view, nil
	}
	view.Other, view.Rows = &p, h.compareRows(f.Patient, p)
	return view, nil
}

func (h routes) compareRows(here, there Patient) []compareRow {
	rows := []compareRow{{Label: "Historia", Here: here.RecordNumber, There: there.RecordNumber}}
	for _, g := range Groups() {
		rows = append(rows, compareRow{g.Label(), h.groupText(here.Demographics, g), h.groupText(there.Demographics, g),
			here.digest(g) == there.digest(g)})
	}
	return rows
}

func (h routes) joinedLines(ctx context.Context, joined []Joining, f Frame) ([]joinedLine, error) {
	var ids, users []uuid.UUID
	for _, j := range joined {
		ids, users = append(ids, j.From), append(users, j.By)
	}
	people, err := h.service.ByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	names, err := h.service.peopleNames(ctx, users)
	if err != nil {
		return nil, err
	}
	var rows []joinedLine
	for _, j := range joined {
		p := people[j.From]
		who := changeLine(Change{By: names[j.By], At: h.service.local(ctx, j.At)}, f)
		rows = append(rows, joinedLine{j.ID.String(), p.FullName(), p.RecordNumber, who, j.Reason})
	}
	return rows, nil
}

// searchOther answers the box in which the other entry is looked for.
func (h routes) searchOther(c echo.Context) error {
	frame, err := h.frame(c, "unir")
	if err != nil {
		return err
	}
	var form struct {
		Q string `form:"q"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	found, err := h.service.Search(c.Request().Context(), form.Q, SearchRows)
	if err != nil {
		return err
	}
	var rows []line
	for _, l := range h.lines(c, found.Patients, nil) {
		if l.ID != frame.Patient.ID.String() {
			l.Href = pathOf(frame.Patient.ID, "unir") + "?con=" + l.ID
			rows = append(rows, l)
		}
	}
	return web.Render(c, http.StatusOK, otherRows(rows))
}

// join makes the two entries one person.
func (h routes) join(c echo.Context) error {
	var form mergeForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	frame, err := h.frame(c, "unir")
	if err != nil {
		return err
	}
	view, err := h.mergeView(c, *frame, form.Other)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(form.ID)
	if err != nil || view.Other == nil {
		return fault.ErrNotFound
	}
	err = h.service.Join(c.Request().Context(), Join{ID: id, From: view.Other.ID, Into: frame.Patient.ID, Surname: form.Surname, Reason: form.Reason})
	if err == nil {
		web.Flash(c, "Las dos fichas son ahora una sola persona.")
		return web.Leave(c, pathOf(frame.Patient.ID, ""))
	}
	problems, ok := fault.Fields(err)
	if !ok {
		return err
	}
	view.Form, view.Problems, view.OpID, view.ID = form, problems, form.OpID, form.ID
	if web.IsFragment(c) {
		return web.Render(c, statusOf(err), mergeBody(view))
	}
	return ShowFrame(c, statusOf(err), *frame, mergeBody(view))
}

// undo takes a joining back.
func (h routes) undo(c echo.Context) error {
	joining, err := uuid.Parse(c.Param("union"))
	if err != nil {
		return fault.ErrNotFound
	}
	frame, err := h.frame(c, "unir")
	if err != nil {
		return err
	}
	undoing, err := uuid.NewV7()
	if err != nil {
		return errors.Join(errors.New("make an id"), err)
	}
	if err := h.service.Undo(c.Request().Context(), undoing, joining, frame.Patient.ID); err != nil {
		return err
	}
	web.Flash(c, "Las fichas están separadas otra vez.")
	return web.Leave(c, pathOf(frame.Patient.ID, ""))
}
