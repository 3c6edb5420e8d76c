package patients

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// The device walks its index, which is in memory: twenty thousand short texts are looked through faster than any
// order of them is kept up to date.

func (s *Offline) ByDocument(ctx context.Context, documents []Document) ([]uuid.UUID, error) {
	return s.matching(ctx, -1, func(e *entry) bool {
		return e.document != "" && slices.ContainsFunc(documents, func(d Document) bool {
			return d.Number == e.document && string(d.Type) == e.documentType
		})
	})
}

const samePhone = 50 // people of one number that are shown

func (s *Offline) ByPhone(ctx context.Context, phone string) ([]uuid.UUID, error) {
	return s.matching(ctx, samePhone, func(e *entry) bool { return phone != "" && e.phone == phone })
}

func (s *Offline) ByRecordNumber(ctx context.Context, number string) ([]uuid.UUID, error) {
	return s.matching(ctx, -1, func(e *entry) bool { return number != "" && e.record == number })
}

// matching are the first most that fit, by id.
func (s *Offline) matching(ctx context.Context, most int, fits func(e *entry) bool) ([]uuid.UUID, error) {
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	list := newBest(most, byID)
	found.each(func(e *entry) {
		if fits(e) {
			list.add(e)
		}
	})
	return idsIn(list.kept), nil
}

func (s *Offline) ByNameStart(ctx context.Context, start string, limit int) ([]Candidate, error) {
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	list := newBest(limit, byName)
	found.beginning(start, func(e *entry) {
		if strings.HasPrefix(e.sortKey, start) {
			list.add(e)
		}
	})
	candidates := make([]Candidate, 0, len(list.kept))
	for _, e := range list.kept {
		candidates = append(candidates, e.candidate())
	}
	return candidates, nil
}

// ByWords gives, of too many, those whose word for the rarest term comes first, as the server's index has them.
func (s *Offline) ByWords(ctx context.Context, terms []Term, limit int) ([]Candidate, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	fitting, rarest := found.fitting(terms, limit)
	list := newBest(limit, func(a, b match) bool {
		return a.word < b.word || a.word == b.word && byID(a.entry, b.entry)
	})
	for _, e := range fitting {
		e.hasWord(func(word string) bool {
			if rarest.fits(word) {
				list.add(match{e, word})
			}
			return rarest.fits(word)
		})
	}
	candidates := make([]Candidate, 0, len(list.kept))
	for _, m := range list.kept {
		candidates = append(candidates, m.candidate())
	}
	return candidates, nil
}

// match is an entry with its word for a term.
type match struct {
	*entry
	word string
}

func (t Term) fits(word string) bool {
	if len(t.Is) > 0 {
		return slices.Contains(t.Is, word)
	}
	return strings.HasPrefix(word, t.Begins)
}

// in reports whether somebody has a word that fits.
func (t Term) in(e *entry) bool {
	if len(t.Is) > 0 {
		return e.hasWord(t.fits)
	}
	for key := e.sortKey; ; {
		if strings.HasPrefix(key, t.Begins) {
			return true
		}
		end := strings.IndexByte(key, ' ')
		if end < 0 {
			return false
		}
		key = key[end+1:]
	}
}

// having hands over everybody who has a word for a term.
func (v indexView) having(t Term, f func(e *entry)) {
	found := func(e *entry) {
		if t.in(e) {
			f(e)
		}
	}
	if len(t.Is) > 0 {
		v.each(found)
		return
	}
	v.beginning(t.Begins, found)
}

// fitting are the entries that have all terms and, where they are more than limit, the term that fewest entries have.
func (v indexView) fitting(terms []Term, limit int) (all []*entry, rarest Term) {
	longest := slices.MaxFunc(terms, func(a, b Term) int { return len(a.Begins) - len(b.Begins) })
	v.having(longest, func(e *entry) {
		if !slices.ContainsFunc(terms, func(t Term) bool { return !t.in(e) }) {
			all = append(all, e)
		}
	})
	if len(all) <= limit {
		return all, terms[0]
	}
	return all, slices.MinFunc(terms, func(a, b Term) int { return v.count(a) - v.count(b) })
}

// count is how many entries have a term, commonTerm for many.
func (v indexView) count(t Term) (n int) {
	v.having(t, func(*entry) { n++ })
	return min(n, commonTerm)
}

const commonTerm = 1000 // entries from which a term counts as common, and is no rarer than any other such

func (s *Offline) Vocabulary(ctx context.Context) ([]string, error) {
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	return found.vocabulary(), nil
}

func (v indexView) vocabulary() []string {
	if len(v.own) == 0 {
		v.mu.RLock()
		words := v.words
		v.mu.RUnlock()
		if words != nil {
			return words
		}
	}
	different := map[string]bool{}
	v.each(func(e *entry) {
		e.hasWord(func(word string) bool {
			different[word] = true
			return false
		})
	})
	words := slices.Sorted(maps.Keys(different))
	if len(v.own) == 0 {
		v.mu.Lock()
		v.words = words
		v.mu.Unlock()
	}
	return words
}
