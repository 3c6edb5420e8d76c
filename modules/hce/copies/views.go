//go:build !js

package copies

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func zoneOf(ctx context.Context) *time.Location {
	name := access.Who(ctx).TimeZone
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return time.FixedZone("America/Lima", -5*60*60)
	}
	return zone
}

// form asks for a copy.
type form struct {
	ID      string `form:"id"`
	OpID    string `form:"-"`
	Purpose string `form:"motivo"`
	Detail  string `form:"detalle"`
}

// view is the page of copies.
type view struct {
	Patient  uuid.UUID
	Form     form
	Problems fault.Problems
	Copies   []line
}

// line is a copy in the list.
type line struct {
	Copy
	Zone  *time.Location
	Ready bool
	Stuck bool
	OpID  string
}

func (l line) when(at time.Time) string {
	local := at.In(l.Zone)
	return views.Day(local) + " " + views.Clock(local)
}

func (l line) id() string { return "copia-" + l.ID.String() }

func (l line) path(rest string) string { return "/copias/" + l.ID.String() + rest }

// weight writes a size: "840 kB", "1.2 MB".
func weight(bytes int64) string {
	if bytes < 1_000_000 {
		return fmt.Sprintf("%d kB", max(1, bytes/1000))
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

func purposeOptions() []views.Option {
	var options []views.Option
	for _, p := range Purposes() {
		options = append(options, views.Option{Value: string(p), Label: p.Label()})
	}
	return options
}
