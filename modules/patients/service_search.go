package patients

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	// SearchRows is how many rows a search shows.
	SearchRows     = 12
	candidateLimit = 80 // entries ranked for one search
	fewResults     = 3  // with fewer, slips of the fingers are looked for
)

// Found is the answer to a search.
type Found struct {
	Query    Query
	Patients []Patient               // entries that answer for their person, best first
	Next     map[uuid.UUID]time.Time // when their next appointment begins
}

// Search finds people by pieces of their names in any order, accents and a slip of the fingers forgiven, or by a
// whole document, phone or record number. Entries joined into another lead to that one.
func (s *Service) Search(ctx context.Context, typed string, most int) (Found, error) {
	found := Found{Query: ParseQuery(typed)}
	if found.Query.Empty() {
		return found, nil
	}
	ids, err := s.byNumber(ctx, found.Query)
	if err != nil {
		return Found{}, err
	}
	if len(ids) == 0 {
		if ids, err = s.byName(ctx, found.Query.Terms, most); err != nil {
			return Found{}, err
		}
	}
	if found.Patients, err = s.activeInOrder(ctx, ids, most); err != nil {
		return Found{}, err
	}
	found.Next, err = s.nextVisits(ctx, found.Patients)
	return found, err
}

// SearchNames finds people by pieces of their names alone.
func (s *Service) SearchNames(ctx context.Context, typed string, most int) ([]Patient, error) {
	terms := ParseQuery(typed).Terms
	if len(terms) == 0 {
		return nil, nil
	}
	ids, err := s.byName(ctx, terms, most)
	if err != nil {
		return nil, err
	}
	return s.activeInOrder(ctx, ids, most)
}

func (s *Service) byNumber(ctx context.Context, q Query) ([]uuid.UUID, error) {
	var all []uuid.UUID
	if len(q.Documents) > 0 {
		ids, err := s.store.ByDocument(ctx, q.Documents)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	if q.Phone != "" {
		ids, err := s.store.ByPhone(ctx, q.Phone)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	if q.Record != "" {
		ids, err := s.store.ByRecordNumber(ctx, q.Record)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	return all, nil
}

func (s *Service) byName(ctx context.Context, terms []string, most int) ([]uuid.UUID, error) {
	candidates, err := s.store.ByNameStart(ctx, strings.Join(terms, " "), 2*most)
	if err != nil {
		return nil, err
	}
	if best := Rank(terms, candidates, most); len(best) == most {
		return idsOf(best), nil
	}
	byWords, err := s.store.ByWords(ctx, beginning(terms), candidateLimit)
	if err != nil {
		return nil, err
	}
	candidates = append(candidates, byWords...)
	if best := Rank(terms, candidates, most); len(best) >= fewResults {
		return idsOf(best), nil
	}
	slipped, err := s.bySlips(ctx, terms)
	if err != nil {
		return nil, err
	}
	return idsOf(Rank(terms, append(candidates, slipped...), most)), nil
}

// bySlips looks for the words that were probably meant.
func (s *Service) bySlips(ctx context.Context, terms []string) ([]Candidate, error) {
	vocabulary, err := s.store.Vocabulary(ctx)
	if err != nil {
		return nil, err
	}
	meant := beginning(terms)
	slipped := false
	for i, term := range terms {
		if near := Near(term, vocabulary); len(near) > 0 {
			meant[i] = Term{Is: near}
			slipped = true
		}
	}
	if !slipped {
		return nil, nil
	}
	return s.store.ByWords(ctx, meant, candidateLimit)
}

// activeInOrder reads the entries that answer for ids, each once, in the order of ids.
func (s *Service) activeInOrder(ctx context.Context, ids []uuid.UUID, most int) ([]Patient, error) {
	byID, err := s.ByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var active []uuid.UUID
	for _, id := range ids {
		if p, ok := byID[id]; ok {
			active = append(active, p.Active())
		}
	}
	if byID, err = s.withMissing(ctx, byID, active); err != nil {
		return nil, err
	}
	var people []Patient
	seen := map[uuid.UUID]bool{}
	for _, id := range active {
		if p, ok := byID[id]; ok && !seen[id] && len(people) < most {
			seen[id] = true
			people = append(people, p)
		}
	}
	return people, nil
}

func (s *Service) withMissing(ctx context.Context, byID map[uuid.UUID]Patient, ids []uuid.UUID) (map[uuid.UUID]Patient, error) {
	var missing []uuid.UUID
	for _, id := range ids {
		if _, ok := byID[id]; !ok {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return byID, nil
	}
	more, err := s.ByID(ctx, missing)
	for id, p := range more {
		byID[id] = p
	}
	return byID, err
}

func (s *Service) nextVisits(ctx context.Context, people []Patient) (map[uuid.UUID]time.Time, error) {
	if s.neighbours.Appointments == nil || len(people) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, 0, len(people))
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return s.neighbours.Appointments.NextByPatient(ctx, ids)
}

func beginning(typed []string) []Term {
	terms := make([]Term, len(typed))
	for i, begins := range typed {
		terms[i] = Term{Begins: begins}
	}
	return terms
}

func idsOf(candidates []Candidate) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(candidates))
	for _, c := range candidates {
		ids = append(ids, c.ID)
	}
	return ids
}
