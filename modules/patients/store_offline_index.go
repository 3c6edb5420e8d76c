package patients

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// deviceIndex is whom a device holds, in memory. It lies on the disk as numbered segments, appended to in the unit
// that changes the people themselves: what stands later replaces what stands before.
type deviceIndex struct {
	mu      sync.RWMutex
	entries []*entry // none is changed: another one takes its place
	at      map[uuid.UUID]int
	words   []string // of all names; nil until they are asked for
	shelves *shelves // nil until somebody is looked for by name
}

func newDeviceIndex(room int) *deviceIndex {
	return &deviceIndex{entries: make([]*entry, 0, room), at: make(map[uuid.UUID]int, room)}
}

// put lets e stand for its patient from now on.
func (x *deviceIndex) put(e entry) {
	at, known := x.at[e.id]
	if known {
		x.entries[at] = &e
	} else {
		at = len(x.entries)
		x.at[e.id] = at
		x.entries = append(x.entries, &e)
	}
	if x.shelves != nil {
		x.shelves.add(&e, at)
	}
}

func (x *deviceIndex) putAll(changed []entry) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, e := range changed {
		x.put(e)
	}
	x.words = nil
}

// says reports whether e stands in the index just so.
func (x *deviceIndex) says(e entry) bool {
	i, known := x.at[e.id]
	return known && *x.entries[i] == e || !known && e.gone
}

func (x *deviceIndex) living() []entry {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var living []entry
	for _, e := range x.entries {
		if !e.gone {
			living = append(living, *e)
		}
	}
	return living
}

// indexView is the index with what the unit that asks has changed and not kept yet.
type indexView struct {
	*deviceIndex
	own map[uuid.UUID]entry
}

// each hands over everybody that the device holds.
func (v indexView) each(f func(e *entry)) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for _, e := range v.entries {
		if v.shows(e) {
			f(e)
		}
	}
	for _, e := range v.own {
		f(&e)
	}
}

// shows reports whether the device holds somebody, and the unit that asks has not changed them.
func (v indexView) shows(e *entry) bool {
	if e.gone || len(v.own) == 0 {
		return !e.gone
	}
	_, changed := v.own[e.id]
	return !changed
}

func (v indexView) find(id uuid.UUID) (entry, bool) {
	if e, ok := v.own[id]; ok {
		return e, true
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	i, ok := v.at[id]
	if !ok || v.entries[i].gone {
		return entry{}, false
	}
	return *v.entries[i], true
}

// deviceIndexes keeps the index of each open device in memory: one in the browser, several in a model of many.
type deviceIndexes struct {
	mu     sync.Mutex
	opened map[*offline.Device]*openedIndex
}

// openedDevices is how many are remembered; reading one again costs little.
const openedDevices = 16

// openedIndex is a device's index as it was last seen on its disk.
type openedIndex struct {
	*deviceIndex
	shelf
	unit    *offline.Unit // that looked last: within it, the disk does not change
	staged  *stagedIndex  // what a unit was about to keep; whether it did, the head tells
	ownUnit *offline.Unit
	own     map[uuid.UUID]entry
}

type stagedIndex struct {
	shelf
	changed []entry
}

// shelf is where the index lies: its head row names the segments, and a print of the unit that wrote it.
type shelf struct {
	head        string
	first, last int
	tail        []byte // the last segment
	tailSize    int    // entries in it
	size        int    // entries in all segments, replaced ones too
}

const (
	indexKind   = "index"
	indexHead   = "patients"
	indexFormat = "1"
	segmentSize = 500 // entries: as many as a download brings at once, and little enough to write again with each change
)

func newDeviceIndexes() *deviceIndexes {
	return &deviceIndexes{opened: map[*offline.Device]*openedIndex{}}
}

// open is the index as the unit of ctx sees it.
func (c *deviceIndexes) open(ctx context.Context) (indexView, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, err := c.current(ctx)
	if err != nil {
		return indexView{}, err
	}
	if o.ownUnit == offline.From(ctx) {
		return indexView{o.deviceIndex, maps.Clone(o.own)}, nil
	}
	return indexView{o.deviceIndex, nil}, nil
}

// overlay lets the unit of ctx find p, which it has written and not kept yet.
func (c *deviceIndexes) overlay(ctx context.Context, p Patient) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, err := c.current(ctx)
	if err != nil {
		return err
	}
	if unit := offline.From(ctx); o.ownUnit != unit {
		o.ownUnit, o.own = unit, map[uuid.UUID]entry{}
	}
	o.own[p.ID] = entryOf(p)
	return nil
}

// current is the device's index, read again if the disk holds another one than was last seen.
func (c *deviceIndexes) current(ctx context.Context) (*openedIndex, error) {
	unit := offline.From(ctx)
	o := c.opened[unit.Device()]
	if o != nil && o.unit == unit {
		return o, nil
	}
	head, err := unit.Index(ctx, indexKind, indexHead)
	if err != nil {
		return nil, fmt.Errorf("read the search index of this device: %w", err)
	}
	switch {
	case o != nil && o.staged != nil && o.staged.head == string(head):
		o.putAll(o.staged.changed)
		o.shelf = o.staged.shelf
	case o == nil || o.head != string(head):
		if o, err = readIndex(ctx, unit, string(head)); err != nil {
			return nil, err
		}
	}
	o.unit, o.staged = unit, nil
	if len(c.opened) >= openedDevices {
		clear(c.opened)
	}
	c.opened[unit.Device()] = o
	return o, nil
}

// readIndex reads the segments that head names; what cannot be read is made again from the people themselves.
func readIndex(ctx context.Context, unit *offline.Unit, head string) (*openedIndex, error) {
	if o, err := readSegments(ctx, unit, head); err != nil || o != nil {
		return o, err
	}
	kept := offline.From(unit.Device().Read(ctx)) // without what this unit has not kept
	objects, err := kept.All(ctx, Entity)
	if err != nil {
		return nil, err
	}
	o := &openedIndex{deviceIndex: newDeviceIndex(len(objects)), shelf: shelf{head: head, last: -1}}
	for _, object := range objects {
		p, err := patientOf(object)
		if err != nil {
			return nil, err
		}
		o.put(entryOf(p))
	}
	return o, nil
}

// readSegments gives nil when they are not all there or of another format.
func readSegments(ctx context.Context, unit *offline.Unit, head string) (*openedIndex, error) {
	first, last, known := segmentsOf(head)
	if !known {
		return nil, nil
	}
	ids := segmentIDs(first, last)
	rows, err := unit.Device().KV().Get(ctx, indexKind, ids...)
	if err != nil {
		return nil, fmt.Errorf("read the search index of this device: %w", err)
	}
	byID := make(map[string][]byte, len(rows))
	for _, row := range rows {
		byID[row.ID] = row.Value
	}
	o := &openedIndex{deviceIndex: newDeviceIndex(len(ids) * segmentSize), shelf: shelf{head: head, first: first, last: last}}
	for _, id := range ids {
		segment, ok := byID[id]
		if !ok || !o.readSegment(segment) {
			return nil, nil
		}
	}
	return o, nil
}

// segmentsOf reads which segments a head names; known is false for one of another format.
func segmentsOf(head string) (first, last int, known bool) {
	words := strings.Fields(head)
	if len(words) != 4 || words[0] != indexFormat {
		return 0, 0, false
	}
	first, err1 := strconv.Atoi(words[1])
	last, err2 := strconv.Atoi(words[2])
	return first, last, err1 == nil && err2 == nil && first <= last
}

// readSegment says whether every entry could be read.
func (o *openedIndex) readSegment(segment []byte) bool {
	o.tail, o.tailSize = segment, 0
	for text := string(segment); text != ""; {
		e, rest, err := readEntry(text)
		if err != nil {
			return false
		}
		o.put(e)
		o.tailSize, text = o.tailSize+1, rest
	}
	o.size += o.tailSize
	return true
}

func segmentIDs(first, last int) []string {
	var ids []string
	for n := first; n <= last; n++ {
		ids = append(ids, segmentID(n))
	}
	return ids
}

func segmentID(n int) string { return indexHead + "." + strconv.Itoa(n) }

// stored brings the index up to date in the unit that changed people.
func (c *deviceIndexes) stored(ctx context.Context, u *offline.Unit, objects []offline.Object, removed []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, err := c.current(ctx)
	if err != nil {
		return err
	}
	changed, err := o.differences(objects, removed)
	written := o.head != "" && o.last >= o.first
	if err != nil || written && len(changed) == 0 {
		return err
	}
	next := stagedIndex{shelf: o.shelf, changed: changed}
	if written && o.size+len(changed) <= 2*len(o.entries)+4*segmentSize {
		next.add(u, changed)
	} else {
		o.rewrite(u, &next)
	}
	next.head = strings.Join([]string{indexFormat, strconv.Itoa(next.first), strconv.Itoa(next.last), uuid.NewString()}, " ")
	u.KeepIndex(indexKind, indexHead, []byte(next.head))
	o.staged = &next
	return nil
}

// differences are the entries that the index does not say yet.
func (o *openedIndex) differences(objects []offline.Object, removed []string) ([]entry, error) {
	var changed []entry
	for _, object := range objects {
		p, err := patientOf(object)
		if err != nil {
			return nil, err
		}
		if e := entryOf(p); !o.says(e) {
			changed = append(changed, e)
		}
	}
	for _, text := range removed {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("forget patient %s: %w", text, err)
		}
		if e := (entry{id: id, active: id, gone: true}); !o.says(e) {
			changed = append(changed, e)
		}
	}
	return changed, nil
}

// add writes entries behind those of the last segment, or into a new one when it is full.
func (s *shelf) add(u *offline.Unit, changed []entry) {
	if s.last < s.first || s.tailSize+len(changed) > segmentSize {
		s.last, s.tail, s.tailSize = s.last+1, nil, 0
	}
	s.tail = slices.Clip(s.tail)
	for _, e := range changed {
		s.tail = appendEntry(s.tail, e)
	}
	s.tailSize, s.size = s.tailSize+len(changed), s.size+len(changed)
	u.KeepIndex(indexKind, segmentID(s.last), s.tail)
}

// rewrite writes everybody anew and drops the segments before.
func (o *openedIndex) rewrite(u *offline.Unit, next *stagedIndex) {
	for _, id := range segmentIDs(o.first, o.last) {
		u.Drop(indexKind, id)
	}
	after := newDeviceIndex(len(o.entries))
	after.putAll(slices.Concat(o.living(), next.changed))
	next.shelf = shelf{first: o.last + 1, last: o.last}
	for part := range slices.Chunk(after.living(), segmentSize) {
		next.add(u, part)
	}
	if next.last < next.first {
		next.add(u, nil) // nobody: the head still names a segment
	}
}
