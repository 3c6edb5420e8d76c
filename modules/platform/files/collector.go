//go:build !js

package files

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/clock"
)

// OrphanAge is how long bytes may lie without a row that names them: longer than any upload and any transaction.
const OrphanAge = 24 * time.Hour

// collected is how many names are asked about at once.
const collected = 500

// Rows knows which files are named by a row.
type Rows interface {
	// Named returns those of the clinic's objects that a row names; known is false for a clinic that is not in this
	// database, whose files are left alone: the store may serve another one.
	Named(ctx context.Context, clinic uuid.UUID, objects []string) (named map[string]bool, known bool, err error)
}

// AnyRows asks several: a file that one of them names stays.
type AnyRows []Rows

// Named joins what each of them names; a clinic that one does not know is left alone.
func (all AnyRows) Named(ctx context.Context, clinic uuid.UUID, objects []string) (named map[string]bool, known bool, err error) {
	named = map[string]bool{}
	for _, rows := range all {
		some, knows, err := rows.Named(ctx, clinic, objects)
		if err != nil || !knows {
			return nil, false, err
		}
		for object, yes := range some {
			named[object] = named[object] || yes
		}
	}
	return named, len(all) > 0, nil
}

// Collector removes what a crash left behind between the store and the database.
type Collector struct {
	blobs Blobs
	rows  Rows
	now   clock.Now
}

// NewCollector asks rows about the old objects of the storage's blobs.
func NewCollector(s *Storage, rows Rows, now clock.Now) *Collector {
	return &Collector{blobs: s.blobs, rows: rows, now: now}
}

// Collect removes every object older than OrphanAge that no row names, and says how many.
func (c *Collector) Collect(ctx context.Context) (removed int, err error) {
	old := map[uuid.UUID][]string{}
	err = c.blobs.List(ctx, func(name string, since time.Time) error {
		clinic, ok := clinicOf(name)
		if !ok || c.now().Sub(since) < OrphanAge {
			return nil // not ours, or perhaps still on its way
		}
		old[clinic] = append(old[clinic], name)
		if len(old[clinic]) < collected {
			return nil
		}
		n, err := c.remove(ctx, clinic, old[clinic])
		removed += n
		old[clinic] = nil
		return err
	})
	for clinic, names := range old {
		n, failed := c.remove(ctx, clinic, names)
		removed += n
		err = errors.Join(err, failed)
	}
	return removed, err
}

func (c *Collector) remove(ctx context.Context, clinic uuid.UUID, names []string) (removed int, err error) {
	var objects []string
	for _, name := range names {
		objects = append(objects, strings.TrimSuffix(name, thumbSuffix))
	}
	named, known, err := c.rows.Named(ctx, clinic, objects)
	if err != nil || !known {
		return 0, err
	}
	for i, name := range names {
		if named[objects[i]] {
			continue
		}
		if err := c.blobs.Delete(ctx, name); err != nil {
			return removed, fmt.Errorf("remove a file without a row: %w", err)
		}
		removed++
	}
	return removed, nil
}

// clinicOf reads whose an object is; false for what this package did not write.
func clinicOf(name string) (uuid.UUID, bool) {
	head, rest, _ := strings.Cut(name, "/")
	clinic, err := uuid.Parse(head)
	shard, base, _ := strings.Cut(rest, "/")
	whole := strings.TrimSuffix(strings.TrimPrefix(base, unfinished), thumbSuffix)
	return clinic, err == nil && len(shard) == 2 && len(whole) == 49
}
