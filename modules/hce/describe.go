package hce

import (
	"context"
	"encoding/json"
	"strings"

	"hampi/modules/hce/form"
	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/offline"
)

// DraftDescriber tells its author, on their own device, what a draft says that the server refused: nothing typed is lost.
func (s *Service) DraftDescriber() offline.Describer {
	return offline.Describer{
		Entity: draftEntity, Icon: func(offline.Operation) string { return "pen-line" },
		Title: func(ctx context.Context, op offline.Operation) (string, error) {
			title, _ := wordsOf(ctx, s.Patients, op)
			return title, nil
		},
		Noun:   nounOf,
		Fields: s.draftFields,
		Correct: func(op offline.Operation) offline.Correction {
			var d draftData
			if !op.Legible(&d) {
				return offline.Correction{}
			}
			return offline.Correction{Address: attentionPath(d.Encounter.ID, "")}
		},
	}
}

// nounOf is what something written is counted as, before it is sent.
func nounOf(op offline.Operation) (one, many string) {
	var d writtenData
	switch {
	case op.Entity == draftEntity:
		return "nota sin cerrar", "notas sin cerrar"
	case op.Entity == asideEntity:
		return "texto aparte", "textos aparte"
	case op.Entity == observationEntity:
		return "dato de triaje", "datos de triaje"
	case op.Legible(&d) && d.Type == Prescription:
		return "receta", "recetas"
	case d.Type == Addendum:
		return "adenda", "adendas"
	}
	return "nota", "notas"
}

// AsideDescriber tells the same of what stands beside a note.
func (s *Service) AsideDescriber() offline.Describer {
	d := s.DraftDescriber()
	d.Entity = asideEntity
	return d
}

// RecordDescriber tells its author, on their own device, what a document says that the server refused.
func (s *Service) RecordDescriber() offline.Describer {
	d := s.DraftDescriber()
	d.Entity, d.Fields = recordEntity, s.recordFields
	return d
}

// TriageDescriber tells who took a value, on their own device, what the server refused of it.
func (s *Service) TriageDescriber() offline.Describer {
	d := s.DraftDescriber()
	d.Entity, d.Icon = observationEntity, func(offline.Operation) string { return "heart-pulse" }
	d.Fields = func(_ context.Context, data json.RawMessage) ([]offline.Field, error) {
		var o observedData
		err := json.Unmarshal(data, &o)
		return []offline.Field{{Label: "Anotado", Value: valueWords(o.observed(o.Encounter.ID)), Names: []string{"number", "text"}}}, err
	}
	d.Correct = func(op offline.Operation) offline.Correction {
		var o observedData
		if !op.Legible(&o) {
			return offline.Correction{}
		}
		return offline.Correction{Address: triagePath(idOr(o.Encounter.AppointmentID), "")}
	}
	return d
}

func (s *Service) recordFields(ctx context.Context, data json.RawMessage) ([]offline.Field, error) {
	var w writtenData
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, err
	}
	if w.Type != Note {
		return []offline.Field{{Label: w.Type.Label(), Value: string(w.Content), Names: []string{"content"}}}, nil
	}
	var values form.Values
	if err := json.Unmarshal(w.Content, &values); err != nil {
		return nil, err
	}
	t, err := s.Template(ctx, w.TemplateID, w.TemplateVersion)
	if err != nil {
		return nil, err
	}
	var fields []offline.Field
	for _, l := range form.Summary(t, values) {
		fields = append(fields, offline.Field{Label: l.Label, Value: joined(" ", l.Value, l.Unit), Names: []string{"content"}})
	}
	return fields, nil
}

func (s *Service) draftFields(ctx context.Context, data json.RawMessage) ([]offline.Field, error) {
	var d draftData
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	t, err := s.Template(ctx, d.TemplateID, d.TemplateVersion)
	if err != nil {
		return nil, err
	}
	var fields []offline.Field
	for _, l := range form.Summary(t, d.Body.Values) {
		fields = append(fields, offline.Field{Label: l.Label, Value: joined(" ", l.Value, l.Unit), Names: []string{"body"}})
	}
	var codes, lines []string
	for _, x := range d.Body.Diagnoses {
		codes = append(codes, x.Code+" "+x.Title)
	}
	for _, p := range d.Body.Items {
		lines = append(lines, p.Name()+", "+prescribing.Sig(p.Item))
	}
	for _, f := range []offline.Field{{Label: "Diagnósticos", Value: strings.Join(codes, "; ")}, {Label: "Tratamiento", Value: strings.Join(lines, "; ")}} {
		if f.Value != "" {
			f.Names = []string{"body"}
			fields = append(fields, f)
		}
	}
	return fields, nil
}
