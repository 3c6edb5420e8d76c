package agenda

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
)

// triageAct leads to where an assistant takes vital signs and motive of who has arrived.
var triageAct = act{Path: "triaje", Label: "Triaje", Icon: "heart-pulse", Goes: true}

// triages reports whether somebody takes the triage of an appointment: an assistant, of who arrived today at their site
// and is not attended yet. Professionals have it in their note.
func triages(a Appointment, who access.Identity, now time.Time, zone *time.Location) bool {
	here := who.SiteID == uuid.Nil || a.SiteID == who.SiteID
	today := DateOf(a.StartTime, zone) == DateOf(now, zone)
	going := a.Status.Pending() || a.Status == InProgress
	return who.Can(accounts.HCETriage) && !who.Can(accounts.HCEWrite) && a.ArrivedAt != nil && going && today && here
}
