package patients

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"sort"
	"strings"

	"github.com/google/uuid"
)

// entry is what a device's search index knows of one patient: what finds somebody, and the name to show.
type entry struct {
	id, active          uuid.UUID // active is the entry that answers for the person
	gone                bool      // the device holds the patient no more
	sortKey             string
	first, last, second string
	documentType        string
	document            string
	phone               string
	record              string
}

func entryOf(p Patient) entry {
	return entry{id: p.ID, active: p.Active(), sortKey: p.SortKey(), first: p.FirstName, last: p.LastName, second: p.SecondLastName,
		documentType: string(p.Document.Type), document: p.Document.Number, phone: p.Phone, record: p.RecordNumber}
}

func (e *entry) candidate() Candidate {
	return Candidate{ID: e.id, Active: e.active, SortKey: e.sortKey}
}

// Marks at the head of a written entry.
const (
	markPlain byte = iota
	markJoined
	markGone
)

// appendEntry writes e behind b: a mark, the ids as they are, and each text behind its length. Read it is cut out of
// one string: twenty thousand of them must be there in a blink.
func appendEntry(b []byte, e entry) []byte {
	switch {
	case e.gone:
		return append(append(b, markGone), e.id[:]...)
	case e.active != e.id:
		b = append(append(b, markJoined), e.id[:]...)
		b = append(b, e.active[:]...)
	default:
		b = append(append(b, markPlain), e.id[:]...)
	}
	for _, text := range e.texts() {
		b = binary.AppendUvarint(b, uint64(len(*text)))
		b = append(b, *text...)
	}
	return b
}

func (e *entry) texts() [8]*string {
	return [8]*string{&e.sortKey, &e.first, &e.last, &e.second, &e.documentType, &e.document, &e.phone, &e.record}
}

var errBadIndex = errors.New("the search index of this device is damaged")

// readEntry cuts one entry off text.
func readEntry(text string) (e entry, rest string, err error) {
	const idSize = len(uuid.UUID{})
	if len(text) < 1+idSize {
		return e, "", errBadIndex
	}
	mark := text[0]
	copy(e.id[:], text[1:])
	e.active, text = e.id, text[1+idSize:]
	switch mark {
	case markGone:
		e.gone = true
		return e, text, nil
	case markJoined:
		if len(text) < idSize {
			return e, "", errBadIndex
		}
		copy(e.active[:], text)
		text = text[idSize:]
	case markPlain:
	default:
		return e, "", errBadIndex
	}
	for _, into := range e.texts() {
		var ok bool
		if *into, text, ok = cutText(text); !ok {
			return e, "", errBadIndex
		}
	}
	return e, text, nil
}

// cutText takes a text behind its length off the beginning.
func cutText(text string) (cut, rest string, ok bool) {
	var size uint64
	for i, shift := 0, 0; i < len(text) && shift < 32; i, shift = i+1, shift+7 {
		size |= uint64(text[i]&0x7f) << shift
		if text[i] < 0x80 {
			text = text[i+1:]
			if size > uint64(len(text)) {
				return "", "", false
			}
			return text[:size], text[size:], true
		}
	}
	return "", "", false
}

// hasWord calls f for each word of the sort key until f says that it is enough, and tells whether it did.
func (e *entry) hasWord(f func(word string) bool) bool {
	key := e.sortKey
	for key != "" {
		word, rest, _ := strings.Cut(key, " ")
		if f(word) {
			return true
		}
		key = rest
	}
	return false
}

// Orders of entries.

func byID(a, b *entry) bool { return bytes.Compare(a.id[:], b.id[:]) < 0 }

func byName(a, b *entry) bool {
	if a.sortKey != b.sortKey {
		return a.sortKey < b.sortKey
	}
	return byID(a, b)
}

func newestFirst(a, b *entry) bool { return byID(b, a) }

// best keeps the first most of an order; -1 keeps all.
type best[T any] struct {
	most   int
	before func(a, b T) bool
	kept   []T
}

func newBest[T any](most int, before func(a, b T) bool) *best[T] {
	return &best[T]{most: most, before: before}
}

func (b *best[T]) add(one T) {
	if b.most >= 0 && len(b.kept) >= b.most {
		if b.most == 0 || !b.before(one, b.kept[len(b.kept)-1]) {
			return
		}
		b.kept = b.kept[:len(b.kept)-1]
	}
	at := sort.Search(len(b.kept), func(i int) bool { return !b.before(b.kept[i], one) })
	b.kept = slices.Insert(b.kept, at, one)
}

func idsIn(entries []*entry) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(entries))
	for _, e := range entries {
		ids = append(ids, e.id)
	}
	return ids
}
