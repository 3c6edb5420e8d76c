//go:build !js

package settings

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/web"
	"hampi/views"
)

// auditFilter is what the page's address asks for; all of it may be empty.
type auditFilter struct {
	Person string `query:"persona"`
	Entity string `query:"sobre"`
	Action string `query:"accion"`
	From   string `query:"desde"`
	To     string `query:"hasta"`
	Cursor string `query:"sigue"`
}

// auditPage is a page of entries with the filter above it.
type auditPage struct {
	Filter   auditFilter
	Problems map[string]string
	People   []views.Option
	Entities []views.Option
	Lines    []auditLine
	More     string
}

// Narrowed reports whether the filter hides anything.
func (p auditPage) Narrowed() bool {
	f := p.Filter
	return f.Person != "" || f.Entity != "" || f.Action != "" || f.From != "" || f.To != ""
}

func (s *Service) showAudit(c echo.Context) error {
	var filter auditFilter
	if err := web.BindQuery(c, &filter); err != nil {
		return err
	}
	page, err := s.auditPage(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	if web.IsFragment(c) && filter.Cursor != "" {
		return web.Render(c, http.StatusOK, auditList(page))
	}
	return web.Show(c, web.Page{Title: "Auditoría", Nav: "/auditoria", Body: auditView(page)})
}

func (s *Service) auditPage(ctx context.Context, filter auditFilter) (auditPage, error) {
	page := auditPage{Filter: filter, Problems: map[string]string{}, Entities: s.entityOptions()}
	clinic, err := s.house.Clinic(ctx)
	if err != nil {
		return page, err
	}
	people, err := s.house.Everybody(ctx)
	if err != nil {
		return page, err
	}
	for _, m := range people {
		page.People = append(page.People, views.Option{Value: m.UserID.String(), Label: m.DisplayName()})
	}
	found, err := audit.Entries(ctx, page.query(clinic.Zone()))
	if err != nil {
		return page, err
	}
	if page.Lines, err = s.linesOf(ctx, found.Items, people, clinic.Zone()); err != nil {
		return page, err
	}
	if found.Next != "" {
		page.More = page.Filter.address(found.Next)
	}
	return page, nil
}

// query turns what was typed into what is looked up; what cannot be read is named and does not narrow.
func (p auditPage) query(zone *time.Location) audit.Filter {
	f := audit.Filter{Entity: p.Filter.Entity, Action: p.Filter.Action, Cursor: p.Filter.Cursor}
	if id, err := uuid.Parse(p.Filter.Person); err == nil {
		f.Person = id
	}
	if from, ok := dayTyped(p.Filter.From, zone); ok {
		f.From = from
	} else if p.Filter.From != "" {
		p.Problems["desde"] = "Se espera una fecha como 24/11/2026."
	}
	if to, ok := dayTyped(p.Filter.To, zone); ok {
		f.To = to.AddDate(0, 0, 1)
	} else if p.Filter.To != "" {
		p.Problems["hasta"] = "Se espera una fecha como 24/11/2026."
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		p.Problems["hasta"] = "Va antes que la fecha «desde»."
	}
	return f
}

func dayTyped(text string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{"02/01/2006", "2/1/2006", "2006-01-02", "020106"} {
		if day, err := time.ParseInLocation(layout, text, zone); err == nil {
			return day, true
		}
	}
	return time.Time{}, false
}

// address is the page with the same filter, from cursor on.
func (f auditFilter) address(cursor string) string {
	query := url.Values{}
	for name, value := range map[string]string{"persona": f.Person, "sobre": f.Entity, "accion": f.Action, "desde": f.From, "hasta": f.To, "sigue": cursor} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return "/auditoria?" + query.Encode()
}

func (s *Service) entityOptions() []views.Option {
	var options []views.Option
	for _, subject := range s.subjects {
		options = append(options, views.Option{Value: subject.Entity, Label: subject.Label})
	}
	slices.SortFunc(options, func(a, b views.Option) int { return compareWords(a.Label, b.Label) })
	return options
}

// linesOf puts entries into words: names in the place of ids, and of the values only what a subject allows.
func (s *Service) linesOf(ctx context.Context, entries []audit.Entry, people []accounts.Member, zone *time.Location) ([]auditLine, error) {
	names, err := s.namesOf(ctx, entries)
	if err != nil {
		return nil, err
	}
	who := map[uuid.UUID]string{uuid.Nil: "Hampi (tarea automática)"}
	for _, m := range people {
		who[m.UserID] = m.DisplayName()
	}
	lines := make([]auditLine, 0, len(entries))
	for _, e := range entries {
		subject := s.subject(e.Entity)
		at := e.At.In(zone)
		line := auditLine{ID: e.ID, Day: views.Day(at), Hour: views.Clock(at), Who: who[e.UserID], Did: actionWords(e.Action),
			Subject: subject.Label, Name: names[e.EntityID], IP: e.IP, Changes: changesOf(subject, e)}
		if line.Who == "" {
			line.Who = "Plataforma Hampi"
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// subject is how to speak of a table; of one that nobody described nothing but its name is shown.
func (s *Service) subject(entity string) audit.Subject {
	for _, subject := range s.subjects {
		if subject.Entity == entity {
			return subject
		}
	}
	return audit.Subject{Entity: entity, Label: "Otro dato"}
}

func (s *Service) namesOf(ctx context.Context, entries []audit.Entry) (map[uuid.UUID]string, error) {
	ids := map[string][]uuid.UUID{}
	for _, e := range entries {
		if e.EntityID != uuid.Nil {
			ids[e.Entity] = append(ids[e.Entity], e.EntityID)
		}
	}
	names := map[uuid.UUID]string{}
	for entity, wanted := range ids {
		subject := s.subject(entity)
		if subject.Names == nil {
			continue
		}
		found, err := subject.Names(ctx, wanted)
		if err != nil {
			return nil, err
		}
		for id, name := range found {
			names[id] = name
		}
	}
	return names, nil
}
