package sync

import (
	"context"
	"strconv"

	"hampi/modules/platform/offline"
)

// State is how the device stands with the server after an exchange.
type State string

// The states of a device.
const (
	Online    State = "online"
	Offline   State = "offline"   // no answer to work with
	Busy      State = "busy"      // the server asks to wait
	SignedOut State = "signedout" // a log-in is needed; everything stays
	Revoked   State = "revoked"   // the clinic has locked this device out
	Outdated  State = "outdated"  // the app must be brought up to date first
)

// Report says how things stand after an exchange.
type Report struct {
	State     State     `json:"state"`
	Pending   int       `json:"pending"`   // wait to be sent
	Sending   int       `json:"sending"`   // sent, not answered
	Attention int       `json:"attention"` // refused: a person must look
	Conflicts int       `json:"conflicts"` // to be decided by a person
	More      bool      `json:"more"`      // call again at once
	Progress  *Progress `json:"progress,omitempty"`
	// RetryAfter is how many seconds to wait before the next exchange; 0 leaves it to the usual rhythm.
	RetryAfter int  `json:"retry_after,omitempty"`
	SignIn     bool `json:"sign_in,omitempty"`
	Revoked    bool `json:"revoked,omitempty"`
	Upgrade    bool `json:"upgrade,omitempty"`
}

// Progress is how far a download of everything is.
type Progress struct {
	Received int `json:"received"`
	Total    int `json:"total"` // 0 when the server does not say
}

// waitPause is how long an operation waits that the server cannot carry out yet, in seconds.
const waitPause = 30

// count adds what lies on the device.
func (c *Client) count(ctx context.Context, report Report) (Report, error) {
	entries, err := c.device.Entries(ctx, offline.Pending, offline.InFlight, offline.Attention)
	if err != nil {
		return report, err
	}
	fresh := 0
	for _, e := range entries {
		switch e.State {
		case offline.Attention:
			report.Attention++
		case offline.InFlight:
			report.Sending++
			fresh++
		default:
			report.Pending++
			if e.Tries == 0 {
				fresh++
			}
		}
	}
	conflicts, err := undecided(c.device.Read(ctx))
	if err != nil {
		return report, err
	}
	report.Conflicts = len(conflicts)
	if report.State == Online {
		report.More = report.More || fresh > 0
		if !report.More && report.Pending > 0 {
			report.RetryAfter = max(report.RetryAfter, waitPause)
		}
	}
	report.Progress, err = c.progress(ctx)
	return report, err
}

func (c *Client) progress(ctx context.Context) (*Progress, error) {
	running, err := c.device.KV().Meta(ctx, offline.FullMeta)
	if err != nil || running == "" {
		return nil, err
	}
	var p Progress
	for name, into := range map[string]*int{offline.ReceivedMeta: &p.Received, offline.TotalMeta: &p.Total} {
		text, err := c.device.KV().Meta(ctx, name)
		if err != nil {
			return nil, err
		}
		*into, _ = strconv.Atoi(text) // "" is none yet
	}
	if p.Total > 0 {
		p.Received = min(p.Received, p.Total) // what changed meanwhile comes twice
	}
	return &p, nil
}
