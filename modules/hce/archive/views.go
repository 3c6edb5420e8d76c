package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// Upload is a form that adds files to a patient's record, on the archive's page or on another's.
type Upload struct {
	Patient   uuid.UUID
	Encounter uuid.UUID // the attention they belong to; the zero id for none
	Region    string    // id of the element that is drawn again, by its data-fuente, when something was added
	Problem   string    // why what was sent was not taken
}

// address is where the form sends to.
func (u Upload) address() string { return "/pacientes/" + u.Patient.String() + "/" + tabPath }

// listID is the element with the files of the archive's own page.
const listID = "archivos-lista"

// galleryID is the element with the files of an attention.
const galleryID = "archivos-atencion"

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// archiveView is the section of a patient's page, in words.
type archiveView struct {
	Address string
	Upload  Upload
	Files   []card
	Hidden  []card
	More    string // where the list goes on
	Add     bool   // offers to add files

	names map[uuid.UUID]string
	zone  *time.Location
	today time.Time
}

// card is a file in the grid.
type card struct {
	ID, Name  string
	Href      string
	Thumb     string // address of the thumbnail; "" for a document
	Facts     string // "24 nov 10:14 · 1.2 MB"
	By        string
	Reason    string // why it was taken out of sight
	Retire    hideView
	HiddenBy  string
	Removable bool
}

// hideView is the form that takes a file out of sight.
type hideView struct {
	ID, OpID, Reason string
	Problems         fault.Problems
}

func (v archiveView) card(f File) card {
	id := f.ID.String()
	at := f.AddedAt.In(v.zone)
	c := card{
		ID: id, Name: f.Name, Href: "/archivos/" + id, By: v.names[f.AddedBy],
		Facts:  views.DayMonth(at, v.today) + " " + views.Clock(at) + " · " + weight(f.Size),
		Retire: hideView{ID: id, OpID: newID()}, Removable: v.Add && f.Owner.Kind != ConsentOwner,
	}
	if f.HasThumb {
		c.Thumb = c.Href + "/miniatura"
	}
	if !f.Hidden.At.IsZero() {
		c.Reason = f.Hidden.Reason
		c.HiddenBy = v.names[f.Hidden.By] + ", " + views.DayMonth(f.Hidden.At.In(v.zone), v.today)
	}
	return c
}

// weight writes a size: "840 kB", "1.2 MB".
func weight(bytes int64) string {
	if bytes < 1_000_000 {
		return fmt.Sprintf("%d kB", max(1, bytes/1000))
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

func zoneOf(ctx context.Context) *time.Location {
	name := access.Who(ctx).TimeZone
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return time.FixedZone("America/Lima", -5*60*60)
	}
	return zone
}

// dayTime is a moment in words: "24/11/2026 9:14".
func dayTime(at time.Time) string { return views.Day(at) + " " + views.Clock(at) }
