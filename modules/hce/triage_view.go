package hce

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/platform/fault"
)

// triageView is the page on which a triage is taken.
type triageView struct {
	TriageSheet
	Form    form.View
	Refused fault.Problems // what kept it from being saved, for the line that counts
	New     uuid.UUID      // the id of the attention, should it be the first value
	OpID    string
	Files   templ.Component // nil before the first value
	Names   map[uuid.UUID]string
	Zone    *time.Location
	Away    bool
}

// triageID is the element with the whole page of a triage.
const triageID = "triaje-cuerpo"

func triagePath(appointment uuid.UUID, part string) string {
	path := "/citas/" + appointment.String() + "/" + triageTab
	if part != "" {
		path += "/" + part
	}
	return path
}

func (v triageView) path(part string) string { return triagePath(v.Visit.ID, part) }

// takenLine is a value as it was taken.
type takenLine struct {
	Label, Value, Who string
	At                time.Time
	Corrected         bool // another one stands beside it
	Correction        bool
	Flag              observation.Flag
	Critical          bool
}

// lines are the values in the order of the form, each followed by its corrections.
func (v triageView) lines() []takenLine {
	corrected := map[uuid.UUID]bool{}
	for _, o := range v.Taken {
		if o.CorrectsID != nil {
			corrected[*o.CorrectsID] = true
		}
	}
	var codes []string
	for _, o := range v.Taken {
		if !slices.Contains(codes, o.Code) {
			codes = append(codes, o.Code)
		}
	}
	var list []takenLine
	for _, code := range codes {
		for _, o := range v.Taken {
			if o.Code == code {
				list = append(list, takenLine{
					Label: takenLabel(v.Template, code), Value: v.words(o), Who: v.Names[o.TakenBy], At: o.TakenAt.In(v.Zone),
					Corrected: corrected[o.ID], Correction: o.CorrectsID != nil, Flag: o.Flag, Critical: o.Critical,
				})
			}
		}
	}
	return list
}

// words is a value with its unit.
func (v triageView) words(o Observed) string {
	if key, own := strings.CutPrefix(o.Code, ownCode); own && o.ValueText != Withdrawn {
		if f, known := v.Template.Field(key); known && f.Unit != "" {
			return o.ValueText + " " + f.Unit
		}
	}
	return o.Words()
}
