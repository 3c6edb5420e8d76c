//go:build !js

package audit

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// walker goes along one chain. previous is the hash before the next link; nil when a lost seal leaves it unknown.
type walker struct {
	pool     *pgxpool.Pool
	chain    *Chain
	anchored map[int64][]byte
	previous []byte
	at       int64
}

// link is a seal and the row it is about; either may be missing, never both.
type link struct {
	no   int64
	seal *seal
	row  *entryRow
}

type seal struct {
	auditID int64
	hash    []byte
	at      time.Time
}

func (w *walker) all(ctx context.Context) (err error) {
	w.previous = noHash[:]
	if w.chain.Head, err = headOf(ctx, w.pool, w.chain.Clinic); err != nil {
		return err
	}
	last, err := w.last(ctx)
	if err != nil {
		return err
	}
	for from := int64(0); from < last; from += verifyBatch {
		to := min(from+verifyBatch, last)
		links, err := w.read(ctx, from, to)
		if err != nil {
			return err
		}
		for _, l := range links {
			if err := w.follow(ctx, l); err != nil {
				return err
			}
		}
		w.missing(to)
	}
	for no := range w.anchored {
		if no > last { // its seal and its row were cut off together
			w.broken(Break{SealNo: no, Flaw: HeadMoved})
		}
	}
	return nil
}

// last is the highest number that a seal or a row carries: rows whose seals were cut off still name theirs.
func (w *walker) last(ctx context.Context) (last int64, err error) {
	err = w.pool.QueryRow(ctx, `select greatest(
		(select coalesce(max(seal_no), 0) from audit_seals where clinic_id = $1),
		(select coalesce(max(seal_no), 0) from audit_log where clinic_id = $1 and seal_no is not null))`, w.chain.Clinic).Scan(&last)
	return last, err
}

// read returns the links behind from and up to to, in order.
func (w *walker) read(ctx context.Context, from, to int64) ([]link, error) {
	rows, err := w.pool.Query(ctx, `
		select coalesce(s.seal_no, a.seal_no), s.audit_id, s.hash, s.sealed_at,
		       a.id, a.at, a.user_id, a.request_id, a.ip, a.action, a.entity, a.entity_id, a.old::text, a.new::text
		  from (select * from audit_seals where clinic_id = $1 and seal_no > $2 and seal_no <= $3) s
		  full join (select * from audit_log where clinic_id = $1 and seal_no > $2 and seal_no <= $3) a
		    on a.seal_no = s.seal_no and a.id = s.audit_id
		 order by 1, s.seal_no nulls last, a.id`, w.chain.Clinic, from, to)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, w.scan)
}

func (w *walker) scan(found pgx.CollectableRow) (l link, err error) {
	var auditID, id *int64
	var sealedAt, at *time.Time
	var hash []byte
	var requestID, ip, action, entity *string
	row := entryRow{Clinic: w.chain.Clinic}
	err = found.Scan(&l.no, &auditID, &hash, &sealedAt, &id, &at, &row.UserID, &requestID, &ip, &action, &entity, &row.EntityID, &row.Old, &row.New)
	if err != nil {
		return link{}, err
	}
	if auditID != nil {
		l.seal = &seal{auditID: *auditID, hash: hash, at: *sealedAt}
	}
	if id != nil {
		row.ID, row.At, row.RequestID, row.IP, row.Action, row.Entity = *id, *at, *requestID, *ip, *action, *entity
		l.row = &row
	}
	return l, nil
}

// follow checks one link against what came before it.
func (w *walker) follow(ctx context.Context, l link) error {
	w.missing(l.no - 1)
	expected := w.previous
	w.at = max(w.at, l.no)
	if l.seal == nil {
		w.broken(Break{SealNo: l.no, AuditID: l.row.ID, At: l.row.At, Entity: l.row.Entity, Flaw: SealMissing})
		if expected != nil {
			w.previous = l.row.hash(expected, l.no)
		}
		return nil
	}
	w.previous = l.seal.hash
	if hash, ok := w.anchored[l.no]; ok && !bytes.Equal(hash, l.seal.hash) {
		w.broken(Break{SealNo: l.no, AuditID: l.seal.auditID, At: l.seal.at, Flaw: HeadMoved})
	}
	if l.row == nil {
		return w.withoutRow(ctx, l)
	}
	if expected != nil && !bytes.Equal(l.row.hash(expected, l.no), l.seal.hash) {
		w.broken(Break{SealNo: l.no, AuditID: l.row.ID, At: l.row.At, Entity: l.row.Entity, Flaw: RowChanged})
	}
	return nil
}

// withoutRow tells a row that is gone from one that no longer carries its number.
func (w *walker) withoutRow(ctx context.Context, l link) error {
	b := Break{SealNo: l.no, AuditID: l.seal.auditID, At: l.seal.at, Flaw: RowUnmarked}
	err := w.pool.QueryRow(ctx, "select at, entity from audit_log where clinic_id = $1 and id = $2", w.chain.Clinic, b.AuditID).Scan(&b.At, &b.Entity)
	if errors.Is(err, pgx.ErrNoRows) {
		b.Flaw = RowMissing
	} else if err != nil {
		return err
	}
	w.broken(b)
	return nil
}

// missing reports the numbers up to and including to that neither a seal nor a row carries.
func (w *walker) missing(to int64) {
	for w.at < to {
		w.at++
		w.previous = nil
		w.broken(Break{SealNo: w.at, Flaw: SealMissing})
	}
}

func (w *walker) broken(b Break) {
	b.Clinic = w.chain.Clinic
	w.chain.Breaks++
	if w.chain.First == nil || b.SealNo < w.chain.First.SealNo {
		w.chain.First = &b
	}
}

// headsOf are the anchored hashes of a clinic, by seal number.
func headsOf(clinic uuid.UUID, anchored []Head) map[int64][]byte {
	heads := map[int64][]byte{}
	for _, head := range anchored {
		if head.Clinic == clinic {
			heads[head.SealNo] = head.Hash
		}
	}
	return heads
}
