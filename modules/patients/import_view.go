package patients

import (
	"strconv"
	"time"

	"hampi/modules/platform/fault"
	"hampi/views"
)

const (
	previewRows = 5
	stuckAfter  = time.Minute // without a batch done, a list may be pushed on by hand
)

// importView is the page of a list from a file, at whatever stage it is.
type importView struct {
	ID       string
	OpID     string
	State    string // "" before a file is chosen
	File     string
	Head     []string
	Preview  [][]string
	Mapping  Mapping
	Done     int
	Stuck    bool
	Line     importLine
	Earlier  []importLine
	Problems fault.Problems
}

type importLine struct {
	Href, When, State           string
	Rows, Added, Known, Refused int
}

// Pending tells that rows were not taken over, and so that there is a report.
func (l importLine) Pending() int { return l.Known + l.Refused }

// columnOptions are the file's columns to choose from.
func (v importView) columnOptions() []views.Option {
	options := []views.Option{{Value: "", Label: "No está en el archivo"}}
	for i, heading := range v.Head {
		if heading == "" {
			heading = "(sin título)"
		}
		options = append(options, views.Option{Value: strconv.Itoa(i), Label: strconv.Itoa(i+1) + ". " + heading})
	}
	return options
}

// chosen is the column chosen for a datum, as the form sends it.
func (v importView) chosen(field string) string {
	if at, ok := v.Mapping[field]; ok {
		return strconv.Itoa(at)
	}
	return ""
}
