package hce

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce/form"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
)

// FirstRevision is the version that a clinic's first own edition of a template gets. Below it are those that the
// program ships, so that a newer program never takes a number that a clinic has used.
const FirstRevision = 1001

// TemplateRevision is one edition of a clinic's own template, for ever as it stands.
type TemplateRevision struct {
	ID       uuid.UUID
	Slug     string
	Revision int
	Retired  bool // offered no more from this edition on
	Body     string
	By       uuid.UUID // membership
	At       time.Time
}

// Templates is the part of the store that keeps the clinic's own templates.
type Templates interface {
	// TemplateRevisions are all editions, by slug and revision.
	TemplateRevisions(ctx context.Context) ([]TemplateRevision, error)
	// AddTemplateRevision keeps a new one. ErrStaleTemplate when somebody else's has its number.
	AddTemplateRevision(ctx context.Context, r TemplateRevision) error
}

// ErrStaleTemplate refuses an edition made over an older one than the last.
var ErrStaleTemplate = fault.Conflicted("stale", "Otra persona guardó esta plantilla mientras usted la editaba. Vuelva a abrirla.")

// Offered is a template that may be chosen, and whether the clinic made it its own.
type Offered struct {
	form.Template
	Own     bool
	Retired bool
}

// AllTemplates are the last editions of all templates, the clinic's before the shipped one of the same slug, by title.
func (s *Service) AllTemplates(ctx context.Context) ([]Offered, error) {
	shipped, err := form.Shipped()
	if err != nil {
		return nil, err
	}
	last := map[string]Offered{}
	for _, t := range shipped {
		if t.Version > last[t.ID].Version {
			last[t.ID] = Offered{Template: t}
		}
	}
	revisions, err := s.store.TemplateRevisions(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range revisions {
		t, err := form.Parse([]byte(r.Body))
		if err != nil {
			return nil, fmt.Errorf("read template %s, edition %d: %w", r.Slug, r.Revision, err)
		}
		t.Version = r.Revision
		last[r.Slug] = Offered{Template: t, Own: true, Retired: r.Retired}
	}
	list := make([]Offered, 0, len(last))
	for _, o := range last {
		list = append(list, o)
	}
	sorting.By(list, func(a, b Offered) int {
		return strings.Compare(a.Title+a.ID, b.Title+b.ID)
	})
	return list, nil
}

// NoteTemplates are those to write notes with.
func (s *Service) NoteTemplates(ctx context.Context) ([]Offered, error) {
	all, err := s.AllTemplates(ctx)
	return slices.DeleteFunc(all, func(o Offered) bool { return o.Retired || o.ID == TriageTemplate }), err
}

// The templates that are looked for by name.
const (
	TriageTemplate  = "triaje"
	generalTemplate = "consulta-general"
)

// templateFor is what a professional of a specialty begins with.
func (s *Service) templateFor(ctx context.Context, specialty string) (form.Template, error) {
	offered, err := s.NoteTemplates(ctx)
	if err != nil {
		return form.Template{}, err
	}
	for _, wanted := range []func(Offered) bool{
		func(o Offered) bool { return o.Specialty != "" && o.Specialty == specialty },
		func(o Offered) bool { return o.ID == generalTemplate },
		func(o Offered) bool { return true },
	} {
		if i := slices.IndexFunc(offered, wanted); i >= 0 {
			return offered[i].Template, nil
		}
	}
	return form.Template{}, fault.Conflicted("no_template", "No hay plantillas de notas. La administración puede activarlas en Configuración.")
}

// Template is the edition with which something was written; fault.ErrNotFound when there was none such.
func (s *Service) Template(ctx context.Context, id string, version int) (form.Template, error) {
	if version >= FirstRevision {
		return s.ownTemplate(ctx, id, version)
	}
	t, there, err := form.ShippedAs(id)
	if err == nil && (!there || t.Version != version) {
		err = fault.ErrNotFound
	}
	return t, err
}

func (s *Service) ownTemplate(ctx context.Context, slug string, revision int) (form.Template, error) {
	revisions, err := s.store.TemplateRevisions(ctx)
	if err != nil {
		return form.Template{}, err
	}
	i := slices.IndexFunc(revisions, func(r TemplateRevision) bool { return r.Slug == slug && r.Revision == revision })
	if i < 0 {
		return form.Template{}, fault.ErrNotFound
	}
	t, err := form.Parse([]byte(revisions[i].Body))
	if err != nil {
		return t, fmt.Errorf("read template %s, edition %d: %w", slug, revision, err)
	}
	t.Version = revision
	return t, nil
}
