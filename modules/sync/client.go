package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	gosync "sync"
	"time"

	"hampi/modules/accounts"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
)

// Path is where a device sends its batches.
const Path = "/api/v1/sync"

// ProtocolVersion is what a device says in VersionHeader.
const ProtocolVersion = "1"

// DeviceMeta is the setting that holds the id under which this device is registered; "" lets the log-in be the device.
const DeviceMeta = "device"

// tooSlow is the round trip beyond which the server's time says nothing about this clock.
const tooSlow = 5 * time.Second

// ContactMeta is the setting that holds when the clinic's server was last heard of, by this device's clock (RFC 3339).
const ContactMeta = "contact"

// Transport carries one request to the server and gives its status and body. Without any answer it fails; a status
// with an offline.RetryAfter beside it says how long to wait.
type Transport func(ctx context.Context, header map[string]string, body []byte) (status int, answer []byte, err error)

// Client is the device's side of the synchronisation.
type Client struct {
	device *offline.Device
	post   Transport
	now    clock.Now
	zone   *time.Location
	chance func() float64
	one    gosync.Mutex // one exchange at a time
	failed int          // exchanges without an answer in a row
}

// NewClient speaks for device through post. now is the device's own clock, zone the clinic's until a profile says which, chance gives [0, 1) and
// spreads devices that lost the same server (nil: at random).
func NewClient(device *offline.Device, post Transport, now clock.Now, zone *time.Location, chance func() float64) *Client {
	if chance == nil {
		chance = rand.Float64
	}
	return &Client{device: device, post: post, now: now, zone: zone, chance: chance}
}

// Round makes one exchange: the oldest of what waits goes out, its results and the server's changes come in. The error
// is the device's own (its store cannot be read or written); what the network or the server did is in the report.
func (c *Client) Round(ctx context.Context) (Report, error) {
	c.one.Lock()
	defer c.one.Unlock()
	batch, err := c.batch(ctx)
	if err != nil {
		return Report{}, err
	}
	if err := c.device.MarkSent(ctx, batch.entries); err != nil {
		return Report{}, err
	}
	sent := c.now()
	status, body, err := c.post(ctx, batch.header, batch.body)
	trip := c.now().Sub(sent)
	var report Report
	if status == 200 {
		report, err = c.take(ctx, batch, body, sent, trip)
	} else {
		report, err = c.refused(ctx, batch, status, body, err)
	}
	if err != nil {
		return Report{}, err
	}
	return c.count(ctx, report)
}

// answer reads what came back, when it is an answer to the batch at all.
func (b batch) answer(body []byte) (answer Response, whole bool) {
	err := json.Unmarshal(body, &answer)
	return answer, err == nil && b.answeredBy(answer)
}

// take settles the batch by an answer. An answer that is none, such as the page of a hotel's network, counts as no server.
func (c *Client) take(ctx context.Context, b batch, body []byte, sent time.Time, trip time.Duration) (Report, error) {
	answer, whole := b.answer(body)
	if !whole {
		return c.lost(0), nil
	}
	a := offline.Answer{
		Sent: b.entries, Results: answer.Applied, Changes: answer.Updates, Cursor: answer.LastSync,
		Full: b.cursor == "", More: answer.HasMore, Total: answer.Total, Now: answer.ServerTime,
		Window: c.window(ctx, answer.ServerTime), Meta: map[string]string{limitMeta: b.grown(), ContactMeta: c.now().UTC().Format(time.RFC3339)},
	}
	if answer.Download != "" && answer.Download != b.download { // the server may begin one by itself, for a changed role
		a.Full, a.Meta[downloadMeta] = true, answer.Download
	}
	if trip >= 0 && trip <= tooSlow && !answer.ServerTime.IsZero() {
		offset := answer.ServerTime.Sub(sent.Add(trip / 2))
		a.Meta[offline.OffsetMeta] = strconv.FormatInt(offset.Milliseconds(), 10)
	}
	if answer.Profile != nil {
		row, err := answer.Profile.row()
		if err != nil {
			return Report{}, err
		}
		a.Rows = []offline.Row{row}
	}
	if err := c.device.Receive(ctx, a); err != nil {
		return Report{}, fmt.Errorf("take in what the server answered: %w", err)
	}
	c.failed = 0
	return Report{State: Online, More: answer.HasMore}, nil
}

// window is what a device holds by the server's clock, for its own may be days off.
func (c *Client) window(ctx context.Context, now time.Time) offline.Window {
	zone := c.zone
	if profile, err := accounts.StoredProfile(c.device.Read(ctx)); err == nil {
		zone = zoneOf(profile.Identity())
	}
	if now.IsZero() || zone == nil {
		return offline.Window{}
	}
	return offline.WindowAt(now, zone)
}

// refused follows what any other answer asks for; status 0 is none at all.
func (c *Client) refused(ctx context.Context, b batch, status int, body []byte, failure error) (Report, error) {
	switch status {
	case 400, 413:
		return c.tooMuch(ctx, b, status)
	case 401:
		return Report{State: SignedOut, SignIn: true}, nil
	case 403:
		if problemCode(body) == RevokedCode {
			return Report{State: Revoked, Revoked: true}, nil
		}
		return Report{State: SignedOut, SignIn: true}, nil
	case 409:
		var answer struct{ Epoch string }
		_ = json.Unmarshal(body, &answer) // without one everything is asked for anew all the same
		if err := c.device.Resync(ctx, answer.Epoch); err != nil {
			return Report{}, err
		}
		return c.again(b.cursor != ""), nil
	case 426:
		return Report{State: Outdated, Upgrade: true}, nil
	case 429, 503:
		return c.lost(waitOf(failure)), nil
	}
	return c.lost(0), nil
}

// RevokedCode is the code of the refusal that a device meets which the clinic has locked out.
const RevokedCode = "device_revoked"

func problemCode(body []byte) string {
	var problem struct{ Code string }
	if json.Unmarshal(body, &problem) != nil {
		return ""
	}
	return problem.Code
}

// tooMuch halves a batch that the server refused whole, until the operation that it cannot read is alone: that one is
// for a person to look at, and blocks nobody.
func (c *Client) tooMuch(ctx context.Context, b batch, status int) (Report, error) {
	switch len(b.entries) {
	case 0:
		if b.cursor == "" {
			return c.lost(0), nil
		}
		return c.again(true), c.device.Resync(ctx, "") // nothing but the cursor can be wrong
	case 1:
		only := b.entries[0]
		result := offline.Result{LocalID: only.LocalID, ServerID: only.LocalID, Status: offline.Rejected, Code: "malformed",
			Message: "El servidor no pudo leer este cambio. Corríjalo y guárdelo otra vez."}
		if status == 413 {
			result.Code, result.Message = "too_large", "Este cambio es demasiado grande para enviarlo. Acórtelo y guárdelo otra vez."
		}
		return c.again(true), c.device.Refuse(ctx, only, result, map[string]string{limitMeta: b.grown()})
	}
	return c.again(true), c.device.Note(ctx, limitMeta, strconv.Itoa(len(b.entries)/2))
}

// again reports a server that is there and wants the next request at once; a second time without progress it waits.
func (c *Client) again(progress bool) Report {
	if !progress {
		return c.lost(0)
	}
	return Report{State: Online, More: true}
}

// The pause after an exchange without an answer doubles from the first to the last.
const (
	firstPause = 2 * time.Second
	lastPause  = 5 * time.Minute
)

// lost reports a server that gave no answer to work with, and when to ask it again: never before asked.
func (c *Client) lost(asked time.Duration) Report {
	pause := min(lastPause, firstPause<<min(c.failed, 8))
	pause = min(lastPause, pause+time.Duration(c.chance()*float64(pause)/2))
	c.failed++
	report := Report{State: Offline}
	if asked > 0 {
		report.State, pause = Busy, max(asked, pause)
	}
	report.RetryAfter = int(pause.Round(time.Second) / time.Second)
	return report
}

func waitOf(failure error) time.Duration {
	if wait, ok := failure.(offline.RetryAfter); ok { //nolint:errorlint // a transport gives it bare
		return time.Duration(wait)
	}
	return 0
}
