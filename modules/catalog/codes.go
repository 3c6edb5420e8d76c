package catalog

import (
	"context"
	"sync"
	"time"

	"hampi/modules/catalog/cie10"
	"hampi/modules/platform/clock"
)

// What the search of diagnoses is called by others; modules/catalog/cie10 is their home.
type (
	CIE10      = cie10.CIE10
	Code       = cie10.Code
	Sex        = cie10.Sex
	Preference = cie10.Preference
	Noted      = cie10.Noted
)

// Edition is a table of diagnoses with what is to be said of it.
type Edition struct {
	Version string // another one names another content
	Table   cie10.Table
}

// Editions is where the table of diagnoses comes from.
type Editions interface {
	// Newer gives the edition that is in force when it is another than have; nil when have still is.
	Newer(ctx context.Context, have string) (*Edition, error)
}

// lookAgain is how often a server looks whether another table was loaded.
const lookAgain = 10 * time.Second

// Codes keeps the table of diagnoses ready for searching, and takes a newer one over while people work: whoever asks
// meanwhile is answered from the one before.
type Codes struct {
	editions Editions
	now      clock.Now

	mu      sync.Mutex // held while a table is made ready
	state   sync.RWMutex
	ready   *cie10.CIE10
	version string
	looked  time.Time
}

// NewCodes keeps the table that editions give. The first question makes it ready.
func NewCodes(editions Editions, now clock.Now) *Codes { return &Codes{editions: editions, now: now} }

// CIE10 is the table in force, ready for searching.
func (c *Codes) CIE10(ctx context.Context) (*CIE10, error) {
	ready, _, fresh := c.current()
	if fresh {
		return ready, nil
	}
	if ready == nil {
		c.mu.Lock()
	} else if !c.mu.TryLock() {
		return ready, nil // somebody else looks already
	}
	defer c.mu.Unlock()
	ready, have, fresh := c.current()
	if fresh {
		return ready, nil
	}
	newer, err := c.editions.Newer(ctx, have)
	if err != nil && ready == nil {
		return nil, err
	}
	if err != nil || newer == nil { // what is there is better than nothing, until the next look
		c.take(ready, have)
		return ready, nil
	}
	ready = cie10.New(newer.Table)
	c.take(ready, newer.Version)
	return ready, nil
}

// current is what is ready, and whether it was looked for lately.
func (c *Codes) current() (ready *cie10.CIE10, version string, fresh bool) {
	c.state.RLock()
	defer c.state.RUnlock()
	return c.ready, c.version, c.ready != nil && c.now().Sub(c.looked) < lookAgain
}

func (c *Codes) take(ready *cie10.CIE10, version string) {
	c.state.Lock()
	defer c.state.Unlock()
	c.ready, c.version, c.looked = ready, version, c.now()
}

// Version names the table that is ready; empty before the first question.
func (c *Codes) Version() string {
	_, version, _ := c.current()
	return version
}

// Check gives the code of a diagnosis that may be noted, or says at field why it may not.
func (c *Codes) Check(ctx context.Context, field string, n Noted) (Code, error) {
	table, err := c.CIE10(ctx)
	if err != nil {
		return Code{}, err
	}
	return table.Check(field, n)
}
