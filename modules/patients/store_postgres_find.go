//go:build !js

package patients

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
)

func (s *Postgres) ByDocument(ctx context.Context, documents []Document) ([]uuid.UUID, error) {
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	var tuples [][]any
	for _, d := range documents {
		for _, index := range keys.Indexes(documentIndex, d.Number) {
			tuples = append(tuples, []any{d.Type, int64(index.KeyID), index.Value})
		}
	}
	return s.pluck(ctx, "select distinct patient_id from patient_documents where (type, key_id, bidx) in ? order by 1", tuples)
}

func (s *Postgres) ByPhone(ctx context.Context, phone string) ([]uuid.UUID, error) {
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	return s.byContact(ctx, phoneIndex, keys.Indexes(phoneIndex, phone))
}

func (s *Postgres) byContact(ctx context.Context, kind string, indexes []pii.BlindIndex) ([]uuid.UUID, error) {
	var tuples [][]any
	for _, index := range indexes {
		tuples = append(tuples, []any{kind, int64(index.KeyID), index.Value})
	}
	return s.pluck(ctx, "select distinct patient_id from patient_contacts where (kind, key_id, bidx) in ? order by 1 limit 50", tuples)
}

func (s *Postgres) ByRecordNumber(ctx context.Context, number string) ([]uuid.UUID, error) {
	return s.pluck(ctx, "select id from patients where record_number = ?", number)
}

func (s *Postgres) pluck(ctx context.Context, query string, args ...any) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	if err := database.From(ctx).Raw(query, args...).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("find patients: %w", err)
	}
	return ids, nil
}

const candidateColumns = "p.id, coalesce(p.merged_into, p.id) as active, p.sort_key"

func (s *Postgres) ByNameStart(ctx context.Context, start string, limit int) ([]Candidate, error) {
	var found []Candidate
	err := database.From(ctx).Raw("select "+candidateColumns+" from patients p where p.sort_key >= ? and p.sort_key < ? order by p.sort_key, p.id limit ?",
		start, behind(start), limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find patients by the first letters: %w", err)
	}
	return found, nil
}

const (
	commonWord = 1000 // entries from which a term counts as common; it is not counted further
	walked     = 3000 // entries of the rarest term that are looked at; where all terms are common, enough of them fit
)

// ByWords walks the range of the rarest term and looks for the other terms beside it.
func (s *Postgres) ByWords(ctx context.Context, terms []Term, limit int) ([]Candidate, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	terms, err := rarestFirst(ctx, terms)
	if err != nil {
		return nil, err
	}
	var query strings.Builder
	var args []any
	query.WriteString("select " + candidateColumns + " from (select w.patient_id from (select r.patient_id from patient_words r where ")
	args = writeTerm(&query, "r", terms[0], args)
	query.WriteString(" limit ?) w where true")
	args = append(args, walked)
	for _, term := range terms[1:] {
		query.WriteString(" and exists (select 1 from patient_words o where o.patient_id = w.patient_id and ")
		args = writeTerm(&query, "o", term, args)
		query.WriteString(" offset 0)") // keeps it a look-up for each entry: joined, it reads all who have the word once for each
	}
	query.WriteString(" limit ?) found join patients p on p.id = found.patient_id")
	var found []Candidate
	if err := database.From(ctx).Raw(query.String(), append(args, limit)...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("find patients by name: %w", err)
	}
	return found, nil
}

// rarestFirst orders terms by how many entries have them.
func rarestFirst(ctx context.Context, terms []Term) ([]Term, error) {
	if len(terms) == 1 {
		return terms, nil
	}
	var query strings.Builder
	var args []any
	query.WriteString("select ")
	for i, term := range terms {
		if i > 0 {
			query.WriteString(" || ',' || ")
		}
		query.WriteString("(select count(*) from (select 1 from patient_words w where ")
		args = writeTerm(&query, "w", term, args)
		query.WriteString(" limit ?) counted)")
		args = append(args, commonWord)
	}
	var counts string
	if err := database.From(ctx).Raw(query.String(), args...).Row().Scan(&counts); err != nil {
		return nil, fmt.Errorf("count the words: %w", err)
	}
	type counted struct {
		term Term
		n    int
	}
	order := make([]counted, len(terms))
	for i, text := range strings.Split(counts, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("count the words: %w", err)
		}
		order[i] = counted{terms[i], n}
	}
	sort.SliceStable(order, func(i, j int) bool { return order[i].n < order[j].n })
	sorted := make([]Term, len(order))
	for i, c := range order {
		sorted[i] = c.term
	}
	return sorted, nil
}

// writeTerm asks for the term's word in the operators that row-level security lets use an index.
func writeTerm(query *strings.Builder, table string, term Term, args []any) []any {
	if len(term.Is) > 0 {
		query.WriteString(table + ".word in ?")
		return append(args, term.Is)
	}
	query.WriteString(table + ".word >= ? and " + table + ".word < ?")
	return append(args, term.Begins, behind(term.Begins))
}

// behind is greater than every text that begins with start, byte by byte.
func behind(start string) string { return start + "\U0010FFFF" }

// wordAge is how old the words of a clinic may be when slips of the fingers are looked for; words that this process
// added itself are found at once.
const wordAge = 30 * time.Second

// wordCache remembers each clinic's words for a short time: they are some thousands, asked for while typing.
type wordCache struct {
	now       func() time.Time
	mu        sync.Mutex
	byID      map[uuid.UUID]clinicWords
	forgotten int // how often: what was read before is not put back
}

type clinicWords struct {
	words []string
	read  time.Time
}

func newWordCache(now func() time.Time) *wordCache {
	return &wordCache{now: now, byID: map[uuid.UUID]clinicWords{}}
}

// get gives the words, and how often words were forgotten, which put wants back.
func (c *wordCache) get(clinic uuid.UUID) (words []string, forgotten int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.byID[clinic]
	return known.words, c.forgotten, ok && c.now().Sub(known.read) < wordAge
}

// forget makes the next search read the clinic's words again.
func (c *wordCache) forget(clinic uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byID, clinic)
	c.forgotten++
}

// put also forgets clinics that nobody asks about any more.
func (c *wordCache) put(clinic uuid.UUID, words []string, forgotten int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if forgotten != c.forgotten {
		return
	}
	now := c.now()
	for id, known := range c.byID {
		if now.Sub(known.read) > wordAge {
			delete(c.byID, id)
		}
	}
	c.byID[clinic] = clinicWords{words, now}
}

func (s *Postgres) Vocabulary(ctx context.Context) ([]string, error) {
	clinic := database.ScopeOf(ctx).ClinicID
	words, forgotten, ok := s.words.get(clinic)
	if ok {
		return words, nil
	}
	words = nil
	if err := database.From(ctx).Raw("select word from patient_vocabulary").Scan(&words).Error; err != nil {
		return nil, fmt.Errorf("read the words of names: %w", err)
	}
	s.words.put(clinic, words, forgotten)
	return words, nil
}
