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
	found.each(func(e *entry) {
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

// sought is a term as a walk looks for it.
type sought struct {
	Term
	inside string // as it stands behind the first word
	count  int    // of entries that have it
}

func (s *sought) in(e *entry) bool {
	if len(s.Is) > 0 {
		return e.hasWord(s.fits)
	}
	return strings.HasPrefix(e.sortKey, s.Begins) || strings.Contains(e.sortKey, s.inside)
}

// fitting are the entries that have all terms and, where they are more than limit, the term that fewest entries have.
func (v indexView) fitting(terms []Term, limit int) (all []*entry, rarest Term) {
	list := make([]sought, len(terms))
	for i, t := range terms {
		list[i] = sought{Term: t, inside: " " + t.Begins}
	}
	v.each(func(e *entry) {
		missing := 0
		for i := range list {
			if list[i].in(e) {
				list[i].count++
			} else {
				missing++
			}
		}
		if missing == 0 {
			all = append(all, e)
		}
	})
	if len(all) <= limit {
		return all, terms[0]
	}
	return all, slices.MinFunc(list, func(a, b sought) int { return min(a.count, commonTerm) - min(b.count, commonTerm) }).Term
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
