//go:build !js

package hce

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// TemplateEdition is one version of a template, as the settings show it.
type TemplateEdition struct {
	form.Template
	Document string
	Own      bool // the clinic's, not the program's
	Retired  bool
	By       uuid.UUID // membership; zero for the program's
	At       time.Time
}

// TemplateEditions are all versions of a template, the one in force first; fault.ErrNotFound when there is none.
func (s *Service) TemplateEditions(ctx context.Context, id string) ([]TemplateEdition, error) {
	revisions, err := s.store.TemplateRevisions(ctx)
	if err != nil {
		return nil, err
	}
	var list []TemplateEdition
	for _, r := range revisions {
		if r.Slug != id {
			continue
		}
		t, err := form.Parse([]byte(r.Body))
		if err != nil {
			return nil, fmt.Errorf("read template %s, edition %d: %w", r.Slug, r.Revision, err)
		}
		t.Version = r.Revision
		list = append(list, TemplateEdition{Template: t, Document: r.Body, Own: true, Retired: r.Retired, By: r.By, At: r.At})
	}
	slices.Reverse(list)
	shipped, err := form.Shipped()
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(shipped, func(t form.Template) bool { return t.ID == id }); i >= 0 {
		document, _ := form.Source(id)
		list = append(list, TemplateEdition{Template: shipped[i], Document: document})
	}
	if len(list) == 0 {
		return nil, fault.ErrNotFound
	}
	return list, nil
}

// What the settings of templates refuse.
var (
	ErrTemplateSame    = fault.Conflicted("same", "No hay cambios respecto de la versión vigente.")
	errTemplateNeeded  = fault.Conflicted("needed", "El triaje trabaja con esta plantilla: se edita, pero no se retira.")
	errTemplateLast    = fault.Conflicted("last", "Es la última plantilla de notas activa. Active o cree otra antes de retirarla.")
	errTemplateUnmoved = fault.Conflicted("same", "La plantilla ya está así.")
)

// documentField is where a problem of a template's document stands.
const documentField = "documento"

// SaveTemplate publishes a new version of a template, which is offered from now on; records keep the version that they
// were written with. id is the template's, empty for a new one; seen is the version that was in force when whoever asks
// looked, 0 for a new one.
//
// A document that is no template is refused with the place of what is wrong, and so is one under another's id; with
// ErrStaleTemplate when somebody else published meanwhile.
func (s *Service) SaveTemplate(ctx context.Context, id string, seen int, document string) (form.Template, error) {
	if !access.Who(ctx).Can(accounts.HCESettings) {
		return form.Template{}, fault.ErrForbidden
	}
	t, err := form.Parse([]byte(document))
	if err != nil {
		return t, fault.InvalidField(documentField, err.Error())
	}
	if id != "" && t.ID != id {
		return t, fault.InvalidField(documentField, "El «id» de una plantilla no cambia: debe decir «"+id+"». Para otra plantilla, use Copiar.")
	}
	editions, err := s.TemplateEditions(ctx, t.ID)
	switch {
	case fault.IsNotFound(err) && id == "":
		return s.addRevision(ctx, t.ID, FirstRevision, document, false)
	case err != nil:
		return t, err
	case id == "":
		return t, fault.InvalidField(documentField, "Ya hay una plantilla con el «id» «"+t.ID+"». Elija otro.")
	case editions[0].Version != seen:
		return t, ErrStaleTemplate
	case !editions[0].Retired && len(form.Diff(editions[0].Template, t)) == 0:
		return t, ErrTemplateSame
	}
	return s.addRevision(ctx, t.ID, max(FirstRevision, seen+1), document, false)
}

// OfferTemplate offers a template to who writes notes, or no more: drafts and records that were begun with it stay. seen
// is the version that was in force when whoever asks looked.
func (s *Service) OfferTemplate(ctx context.Context, id string, seen int, offered bool) error {
	if !access.Who(ctx).Can(accounts.HCESettings) {
		return fault.ErrForbidden
	}
	editions, err := s.TemplateEditions(ctx, id)
	if err != nil {
		return err
	}
	last := editions[0]
	switch {
	case last.Version != seen:
		return ErrStaleTemplate
	case last.Retired != offered:
		return errTemplateUnmoved
	case id == TriageTemplate:
		return errTemplateNeeded
	}
	if !offered {
		notes, err := s.NoteTemplates(ctx)
		if err != nil {
			return err
		}
		if len(notes) < 2 {
			return errTemplateLast
		}
	}
	_, err = s.addRevision(ctx, id, max(FirstRevision, seen+1), last.Document, !offered)
	return err
}

// addRevision keeps the document under the number that it is given.
func (s *Service) addRevision(ctx context.Context, id string, number int, document string, retired bool) (form.Template, error) {
	document = form.Numbered(document, number)
	t, err := form.Parse([]byte(document))
	if err != nil {
		return t, fmt.Errorf("read template %s as version %d: %w", id, number, err)
	}
	return t, s.store.AddTemplateRevision(ctx, TemplateRevision{
		ID: newID(), Slug: id, Revision: number, Retired: retired, Body: document, By: access.Who(ctx).MembershipID, At: s.now(),
	})
}

// CopyOfTemplate is a document to begin a new template with: that of another under an id of its own, or an empty one.
func (s *Service) CopyOfTemplate(ctx context.Context, from string) (string, error) {
	if from == "" {
		return emptyTemplate, nil
	}
	editions, err := s.TemplateEditions(ctx, from)
	if err != nil {
		return "", err
	}
	all, err := s.AllTemplates(ctx)
	if err != nil {
		return "", err
	}
	id := from + "-copia"
	for n := 2; slices.ContainsFunc(all, func(o Offered) bool { return o.ID == id }); n++ {
		id = fmt.Sprintf("%s-copia-%d", from, n)
	}
	t := editions[0].Template
	t.Title += " (copia)"
	return form.Document(form.Named(t, id)), nil
}

// emptyTemplate asks the least that a note needs.
const emptyTemplate = `{
  "id": "nueva-plantilla",
  "version": 1,
  "title": "Nueva plantilla",
  "sections": [
    {"key": "motivo", "title": "Motivo", "fields": [
      {"key": "motivo", "label": "Motivo de consulta", "type": "text", "required": true}
    ]},
    {"key": "examen", "title": "Examen", "fields": [
      {"key": "examen", "label": "Examen", "type": "long", "rows": 3}
    ]}
  ]
}
`
