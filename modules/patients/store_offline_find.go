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
			list.add(*e)
		}
	})
	return list.ids(), nil
}

func (s *Offline) ByNameStart(ctx context.Context, start string, limit int) ([]Candidate, error) {
	found, err := s.index.open(ctx)
	if err != nil {
		return nil, err
	}
	list := newBest(limit, byName)
	found.each(func(e *entry) {
		if strings.HasPrefix(e.sortKey, start) {
			list.add(*e)
		}
	})
	return list.candidates(), nil
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
	var fitting []entry
	found.each(func(e *entry) {
		if !slices.ContainsFunc(terms, func(t Term) bool { return !e.hasWord(t.fits) }) {
			fitting = append(fitting, *e)
		}
	})
	list := newBest(limit, byMatchedWord)
	rarest := terms[0]
	if len(fitting) > limit {
		rarest = rarestOf(found, terms)
	}
	for _, e := range fitting {
		e.hasWord(func(word string) bool {
			if rarest.fits(word) {
				e.record = word // of the copy: for the order alone
				list.add(e)
			}
			return rarest.fits(word)
		})
	}
	return list.candidates(), nil
}

func byMatchedWord(a, b *entry) bool {
	if a.record != b.record {
		return a.record < b.record
	}
	return byID(a, b)
}

func (t Term) fits(word string) bool {
	if len(t.Is) > 0 {
		return slices.Contains(t.Is, word)
	}
	return strings.HasPrefix(word, t.Begins)
}

// rarestOf is the term that fewest entries have.
func rarestOf(found indexView, terms []Term) Term {
	counts := make([]int, len(terms))
	found.each(func(e *entry) {
		for i, term := range terms {
			if counts[i] < commonTerm && e.hasWord(term.fits) {
				counts[i]++
			}
		}
	})
	rarest := 0
	for i, n := range counts {
		if n < counts[rarest] {
			rarest = i
		}
	}
	return terms[rarest]
}

const commonTerm = 1000 // entries from which a term counts as common; it is not counted further

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
