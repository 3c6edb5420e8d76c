//go:build !js

package consent

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// ErrStaleTemplate refuses an edition made over an older one than the last.
var ErrStaleTemplate = fault.Conflicted("stale", "Otra persona guardó este consentimiento mientras usted lo editaba. Vuelva a abrirlo.")

// Templates are the last editions of all templates, the clinic's in place of a shipped one of the same slug, by title.
func (s *Service) Templates(ctx context.Context) ([]Template, error) {
	list, err := Shipped()
	if err != nil {
		return nil, err
	}
	last := map[string]Template{}
	for _, t := range list {
		last[t.Slug] = t
	}
	editions, err := s.Store.Editions(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range editions {
		last[e.Slug] = e.Template
	}
	list = list[:0]
	for _, t := range last {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b Template) int { return strings.Compare(a.Title+a.Slug, b.Title+b.Slug) })
	return list, nil
}

// Offered are those to choose from, the specialty's own first.
func (s *Service) Offered(ctx context.Context, specialty string) ([]Template, error) {
	all, err := s.Templates(ctx)
	list := slices.DeleteFunc(all, func(t Template) bool { return t.Retired })
	rank := func(t Template) int {
		switch t.Specialty {
		case specialty:
			return 0
		case "":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b Template) int { return rank(a) - rank(b) })
	return list, err
}

// Template is one edition; edition 0 is the last. fault.ErrNotFound when there was none such.
func (s *Service) Template(ctx context.Context, slug string, edition int) (Template, error) {
	var list []Template
	var err error
	if edition == 0 {
		list, err = s.Templates(ctx)
	} else {
		list, err = s.everyEdition(ctx)
	}
	if err != nil {
		return Template{}, err
	}
	i := slices.IndexFunc(list, func(t Template) bool { return t.Slug == slug && (edition == 0 || t.Edition == edition) })
	if i < 0 {
		return Template{}, fault.ErrNotFound
	}
	return list[i], nil
}

func (s *Service) everyEdition(ctx context.Context) ([]Template, error) {
	list, err := Shipped()
	if err != nil {
		return nil, err
	}
	editions, err := s.Store.Editions(ctx)
	for _, e := range editions {
		list = append(list, e.Template)
	}
	return list, err
}

// SaveTemplate keeps a new edition. seen is the edition that was edited; an empty slug makes a new template.
//
// It is refused as invalid with the place of what is wrong, and with ErrStaleTemplate when somebody was faster.
func (s *Service) SaveTemplate(ctx context.Context, seen int, t Template) (Template, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCESettings) {
		return t, fault.ErrForbidden
	}
	t.Title, t.Procedure, t.Text = tidy(t.Title), tidy(t.Procedure), strings.TrimSpace(strings.ReplaceAll(t.Text, "\r\n", "\n"))
	problems := t.Problems()
	var last Template
	var err error
	if t.Slug == "" {
		t.Slug = slugOf(t.Title)
		_, err = s.Template(ctx, t.Slug, 0)
		if err == nil {
			problems.Add("titulo", "Ya hay un consentimiento con ese título. Ábralo para editarlo.")
		}
	} else {
		last, err = s.Template(ctx, t.Slug, 0)
	}
	switch {
	case err != nil && (!fault.IsNotFound(err) || seen != 0):
		return t, err
	case len(problems) > 0:
		return t, problems.Err()
	case last.Edition != seen:
		return t, ErrStaleTemplate
	}
	t.Own, t.Edition = true, max(FirstEdition, last.Edition+1)
	return t, s.Store.AddEdition(ctx, Edition{ID: uuid.Must(uuid.NewV7()), Template: t, By: who.MembershipID, At: s.Now().UTC()})
}
