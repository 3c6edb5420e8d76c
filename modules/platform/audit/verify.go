//go:build !js

package audit

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// verifyBatch is how many links are read at once.
const verifyBatch = 5000

// Flaw says what is wrong with a link of a chain.
type Flaw string

const (
	RowChanged  Flaw = "the row is not what was sealed"
	RowMissing  Flaw = "the row is gone"
	RowUnmarked Flaw = "the row lost its seal number"
	SealMissing Flaw = "the seal is gone"
	HeadMoved   Flaw = "the chain is not the one that was anchored"
)

// Break is the first link of a clinic's chain that does not hold. AuditID is 0 when both row and seal are gone; At and
// Entity are the row's, or, when that is gone, the time of its seal and "".
type Break struct {
	Clinic  uuid.UUID
	SealNo  int64
	AuditID int64
	At      time.Time
	Entity  string
	Flaw    Flaw
}

func (b Break) String() string {
	return fmt.Sprintf("clinic %s, seal %d: %s (audit id %d, %s, entity %q)",
		b.Clinic, b.SealNo, b.Flaw, b.AuditID, b.At.UTC().Format(time.RFC3339Nano), b.Entity)
}

// Chain is what was found of one clinic. Oldest is the time of the oldest row that waits to be sealed; a sealer that
// runs seals within minutes.
type Chain struct {
	Clinic   uuid.UUID
	Name     string
	Head     Head
	Unsealed int64
	Oldest   time.Time
	First    *Break // nil when the chain holds
	Breaks   int    // links that do not hold, the first one included
}

// Report is what Verify found.
type Report struct{ Chains []Chain }

// Intact tells that every chain holds.
func (r Report) Intact() bool { return r.First() == nil }

// First is the first break of the first clinic that has one.
func (r Report) First() *Break {
	for _, c := range r.Chains {
		if c.First != nil {
			return c.First
		}
	}
	return nil
}

// Verify computes every clinic's chain again, over a pool of the login hampi_sealer, and writes a line for each to
// out: its head, to be kept outside the database, and its first break. Heads kept earlier are handed in as anchored:
// only they reveal a chain that was cut short or computed anew by somebody who could.
func Verify(ctx context.Context, pool *pgxpool.Pool, out io.Writer, anchored ...Head) (Report, error) {
	chains, err := clinicsOf(ctx, pool)
	if err != nil {
		return Report{}, fmt.Errorf("list the audit's chains: %w", err)
	}
	chains = withAnchored(chains, anchored)
	for i := range chains {
		walk := walker{pool: pool, chain: &chains[i], anchored: headsOf(chains[i].Clinic, anchored)}
		if err := walk.all(ctx); err != nil {
			return Report{}, fmt.Errorf("verify the chain of clinic %s: %w", chains[i].Clinic, err)
		}
		if err := chains[i].print(out); err != nil {
			return Report{}, err
		}
	}
	return Report{chains}, nil
}

// clinicsOf lists whoever has a row, a seal or a name. Each step of the two recursions jumps to the next clinic in
// an index.
func clinicsOf(ctx context.Context, pool *pgxpool.Pool) ([]Chain, error) {
	rows, err := pool.Query(ctx, `
		with recursive
		sealed (id) as (
		  (select clinic_id from audit_seals order by clinic_id limit 1) union all
		  select (select clinic_id from audit_seals where clinic_id > s.id order by clinic_id limit 1) from sealed s where s.id is not null),
		logged (id) as (
		  (select clinic_id from audit_log order by clinic_id limit 1) union all
		  select (select clinic_id from audit_log where clinic_id > l.id order by clinic_id limit 1) from logged l where l.id is not null),
		waiting (id, rows, oldest) as (select clinic_id, count(*), min(at) from audit_log where seal_no is null group by clinic_id)
		select every.id, coalesce(c.name, ''), coalesce(w.rows, 0), coalesce(w.oldest, 'epoch')
		  from (select id from sealed union select id from logged union select id from clinics) every
		  left join clinics c on c.id = every.id
		  left join waiting w on w.id = every.id
		 where every.id is not null order by every.id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Chain, err error) {
		err = row.Scan(&c.Clinic, &c.Name, &c.Unsealed, &c.Oldest)
		return c, err
	})
}

func withAnchored(chains []Chain, anchored []Head) []Chain {
	known := map[uuid.UUID]bool{}
	for _, c := range chains {
		known[c.Clinic] = true
	}
	for _, head := range anchored {
		if !known[head.Clinic] {
			known[head.Clinic] = true
			chains = append(chains, Chain{Clinic: head.Clinic})
		}
	}
	return chains
}

func (c Chain) print(out io.Writer) error {
	_, err := fmt.Fprintf(out, "%s %d %x  %q\n", c.Clinic, c.Head.SealNo, c.Head.Hash, c.Name)
	if err == nil && c.Unsealed > 0 {
		_, err = fmt.Fprintf(out, "  not sealed yet: %d, the oldest since %s\n", c.Unsealed, c.Oldest.UTC().Format(time.RFC3339))
	}
	if err == nil && c.First != nil {
		_, err = fmt.Fprintf(out, "  BROKEN at %d places, first: %s\n", c.Breaks, c.First)
	}
	if err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}
