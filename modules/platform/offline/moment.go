package offline

import (
	"context"
	"fmt"
	"time"
)

// OffsetMeta is the setting that holds how many milliseconds the server's clock is ahead of this device's.
const OffsetMeta = "offset"

// momentMeta is the setting that holds the time of the newest operation: their order outlives the program.
const momentMeta = "moment"

// ahead is how far the server lets an operation's time be before its own; it clamps the rest.
const ahead = 5 * time.Minute

// Now is this device's clock, corrected by what was last measured against the server's.
func (d *Device) Now(ctx context.Context) (time.Time, error) {
	text, err := d.kv.Meta(ctx, OffsetMeta)
	if err != nil {
		return time.Time{}, err
	}
	var ms int64
	if text != "" {
		if ms, err = parseInt(text); err != nil {
			return time.Time{}, fmt.Errorf("read the clock's offset: %w", err)
		}
	}
	return d.now().UTC().Add(time.Duration(ms) * time.Millisecond).Truncate(time.Millisecond), nil
}

// moment is the time for a new operation: the corrected clock, and never before the last one.
func (d *Device) moment(ctx context.Context) (time.Time, error) {
	at, err := d.Now(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if d.last.IsZero() {
		if d.last, err = d.lastMoment(ctx); err != nil {
			return time.Time{}, err
		}
	}
	if !at.After(d.last) {
		at = d.last.Add(time.Millisecond)
	}
	d.last = at
	return at, nil
}

func (d *Device) lastMoment(ctx context.Context) (time.Time, error) {
	text, err := d.kv.Meta(ctx, momentMeta)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the time of the last operation: %w", err)
	}
	return at, nil
}

// calm brings the order of operations back to the true time after a clock ran ahead: the server clamped what it got,
// so an operation from now on follows those without standing hours ahead too. Only with nothing waiting.
func (u *Unit) calm(now time.Time) {
	d := u.device
	if limit := now.Add(ahead); d.last.After(limit) {
		d.last = limit
		u.meta[momentMeta] = limit.Format(time.RFC3339Nano)
	}
}
