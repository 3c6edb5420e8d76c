// Package clock is the only reader of the time. Services are given a Now; rules are given a time.
package clock

import "time"

// Now tells the present moment, in UTC.
type Now func() time.Time

// System reads the machine's clock, cut to microseconds as PostgreSQL keeps them.
func System() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// At stands still at t; for tests and for work replayed as of a moment.
func At(t time.Time) Now { return func() time.Time { return t } }
