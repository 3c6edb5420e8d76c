package offline_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/offline/kvtest"
)

func TestOffline(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "offline")
}

var _ = Describe("the store in memory", func() {
	kvtest.Behaves(func() offline.KV { return offline.NewMemory() })
})

// fields is the JSON of a thing.
type fields map[string]any

// The specs' clinic has things and their parts; a part lies in the group of its thing.
var kinds = []offline.Kind{
	{Entity: "thing", Place: placedBy("at", "none")},
	{Entity: "part", Place: placedBy("at", "thing"), Expired: func(key string, w offline.Window) bool {
		return key != "" && key < w.From.Format(time.RFC3339)
	}},
}

func placedBy(order, group string) func(json.RawMessage) (string, string, error) {
	return func(data json.RawMessage) (string, string, error) {
		var f map[string]any
		err := json.Unmarshal(data, &f)
		key, _ := f[order].(string)
		member, _ := f[group].(string)
		return key, member, err
	}
}

// shaky is a store that fails when told to, and counts.
type shaky struct {
	*offline.Memory
	fail    error
	batches []offline.Batch
}

func (s *shaky) Commit(ctx context.Context, b offline.Batch) error {
	if s.fail != nil {
		return s.fail
	}
	s.batches = append(s.batches, b)
	return s.Memory.Commit(ctx, b)
}

var errFull = errors.New("the disk is full")

// desk is a device at a reception, with a clock that the spec sets.
type desk struct {
	*offline.Device
	kv  *shaky
	now time.Time
}

var noon = time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)

func newDesk() *desk {
	d := &desk{kv: &shaky{Memory: offline.NewMemory()}, now: noon}
	d.Device = offline.NewDevice(d.kv, kinds, func() time.Time { return d.now })
	return d
}

// again is the same store after the program was started anew.
func (d *desk) again() *desk {
	next := &desk{kv: d.kv, now: d.now}
	next.Device = offline.NewDevice(d.kv, kinds, func() time.Time { return next.now })
	return next
}

func (d *desk) write(f func(ctx context.Context, u *offline.Unit) error) {
	GinkgoHelper()
	ctx, u := d.Begin(context.Background(), uuid.Nil)
	defer u.Close()
	Expect(f(ctx, u)).To(Succeed())
	Expect(u.Commit(ctx)).To(Succeed())
}

func (d *desk) create(entity string, f fields) uuid.UUID {
	GinkgoHelper()
	id := uuid.Must(uuid.NewV7())
	d.write(func(ctx context.Context, u *offline.Unit) error { return u.Create(ctx, entity, id, f) })
	return id
}

func (d *desk) change(entity string, id uuid.UUID, f fields) {
	GinkgoHelper()
	d.write(func(ctx context.Context, u *offline.Unit) error { return u.Change(ctx, entity, id, f) })
}

func (d *desk) find(entity string, id uuid.UUID) (offline.Object, error) {
	ctx := d.Read(context.Background())
	return offline.From(ctx).Find(ctx, entity, id.String())
}

// shows is what the device shows of an object.
func (d *desk) shows(entity string, id uuid.UUID) fields {
	GinkgoHelper()
	o, err := d.find(entity, id)
	Expect(err).NotTo(HaveOccurred())
	var f fields
	Expect(json.Unmarshal(o.Data(), &f)).To(Succeed())
	return f
}

func (d *desk) entries(states ...offline.QueueState) []offline.Entry {
	GinkgoHelper()
	found, err := d.Entries(context.Background(), states...)
	Expect(err).NotTo(HaveOccurred())
	return found
}

// send marks everything that waits as sent, as a round does.
func (d *desk) send() []offline.Entry {
	GinkgoHelper()
	sent := d.entries(offline.InFlight, offline.Pending)
	Expect(d.MarkSent(context.Background(), sent)).To(Succeed())
	return sent
}

func (d *desk) receive(a offline.Answer) {
	GinkgoHelper()
	if a.Cursor == "" {
		a.Cursor = "c"
	}
	Expect(d.Receive(context.Background(), a)).To(Succeed())
}

func data(f fields) json.RawMessage {
	text, err := json.Marshal(f)
	Expect(err).NotTo(HaveOccurred())
	return text
}

func state(entity string, id uuid.UUID, version int64, f fields) offline.Change {
	return offline.Change{Entity: entity, ID: id, Version: version, Data: data(f)}
}

func result(e offline.Entry, s offline.Status) offline.Result {
	return offline.Result{LocalID: e.LocalID, ServerID: e.LocalID, Status: s}
}

func refusal(e offline.Entry, code string) offline.Result {
	return offline.Result{LocalID: e.LocalID, ServerID: e.LocalID, Status: offline.Rejected, Code: code, Message: "No se puede."}
}
