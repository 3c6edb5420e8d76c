package sync

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// limitMeta is the setting that holds how many operations go into one request after the server refused more.
const limitMeta = "limit"

// downloadMeta is the setting that holds the name of the download that is running or was the last.
const downloadMeta = "download"

// room is what a request needs beside its operations, in bytes.
const room = 4 << 10

// batch is one request on its way.
type batch struct {
	entries  []offline.Entry
	cursor   string
	download string
	limit    int
	rest     int // what went out with a request that was refused whole, and is not among the entries
	unsent   int // what the device holds beyond it
	header   map[string]string
	body     []byte
}

// batch takes the oldest operations that wait. What was sent and not answered goes again first, alone and the same:
// whether it arrived is not known.
func (c *Client) batch(ctx context.Context) (batch, error) {
	b := batch{limit: MaxOperations}
	var err error
	if b.cursor, err = c.device.KV().Meta(ctx, offline.CursorMeta); err != nil {
		return b, err
	}
	if b.download, err = c.device.KV().Meta(ctx, downloadMeta); err != nil {
		return b, err
	}
	limit, err := c.device.KV().Meta(ctx, limitMeta)
	if err != nil {
		return b, err
	}
	if n, err := strconv.Atoi(limit); err == nil && n > 0 {
		b.limit = min(n, MaxOperations)
	}
	waiting, err := c.device.Entries(ctx, offline.Pending, offline.InFlight)
	if err != nil {
		return b, err
	}
	entries := slices.DeleteFunc(slices.Clone(waiting), func(e offline.Entry) bool { return e.State != offline.InFlight })
	if len(entries) == 0 {
		entries = slices.Clone(waiting)
		// What waits for something else lets the rest go first, so that it never fills a whole request.
		sorting.By(entries, func(a, b offline.Entry) int { return cmp.Compare(min(a.Tries, 1), min(b.Tries, 1)) })
	}
	sent := len(entries) > 0 && entries[0].State == offline.InFlight
	all := len(entries)
	entries = entries[:min(all, b.limit)]
	sorting.By(entries, func(a, b offline.Entry) int { return cmp.Compare(a.N, b.N) })
	if err := b.fill(entries); err != nil {
		return b, err
	}
	if sent {
		b.rest = all - len(b.entries)
	}
	b.unsent = len(waiting)
	for _, e := range b.entries {
		if e.Tries == 0 { // what was tried before waits for something, and will again
			b.unsent--
		}
	}
	return b, c.address(ctx, &b)
}

// fill writes as many of the entries as fit into the body.
func (b *batch) fill(entries []offline.Entry) error {
	request := Request{Operations: []offline.Operation{}, LastSync: &b.cursor}
	size := room
	for _, e := range entries {
		text, err := json.Marshal(e.Operation)
		if err != nil {
			return fmt.Errorf("write operation %s: %w", e.OpID, err)
		}
		if size += len(text) + 1; size > MaxBody && len(b.entries) > 0 {
			break
		}
		request.Operations = append(request.Operations, e.Operation)
		b.entries = append(b.entries, e)
	}
	if b.cursor == "" {
		request.LastSync = nil
	}
	var err error
	if b.body, err = json.Marshal(request); err != nil {
		return fmt.Errorf("write a batch: %w", err)
	}
	return nil
}

// address writes the headers: which device this is and which profile it has.
func (c *Client) address(ctx context.Context, b *batch) error {
	b.header = map[string]string{"Content-Type": "application/json", VersionHeader: ProtocolVersion,
		TimeHeader: c.now().UTC().Format(time.RFC3339), UnsentHeader: strconv.Itoa(b.unsent)}
	device, err := c.device.KV().Meta(ctx, DeviceMeta)
	if err != nil {
		return err
	}
	if device != "" {
		b.header[DeviceHeader] = device
	}
	profile, known, err := StoredProfile(ctx, c.device.KV())
	if err != nil {
		return err
	}
	if known {
		b.header[ProfileHeader] = profile.Hash
	}
	return nil
}

// answeredBy reports whether an answer speaks of this batch, operation by operation.
func (b batch) answeredBy(answer Response) bool {
	if len(answer.Applied) != len(b.entries) || answer.LastSync == "" {
		return false
	}
	for i, result := range answer.Applied {
		if result.LocalID != b.entries[i].LocalID {
			return false
		}
	}
	return true
}

// grown is the limit after a request that went through: twice as many, and none when nothing is left of what was refused.
func (b batch) grown() string {
	if b.rest == 0 || 2*b.limit >= MaxOperations {
		return ""
	}
	return strconv.Itoa(2 * b.limit)
}
