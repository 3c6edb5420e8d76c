//go:build !js

package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// receipt answers a hand-in.
type receipt struct {
	Status     string `json:"status"` // "received", or "already" for any but the first
	Operations int    `json:"operations"`
	Unreadable int    `json:"unreadable,omitempty"`
}

// HandIn takes the queue of a revoked device, once, for a person to look at. token is the device's own; nobody has to be
// signed in. requestID and ip are for the audit.
func (d *DeviceRegister) HandIn(ctx context.Context, token string, text []byte, requestID, ip string) (receipt, error) {
	clinic, id, secret, ok := readToken(token)
	if !ok {
		return receipt{}, errDeviceUnknown
	}
	b, err := readBundle(text)
	if err != nil || b.Device != id {
		return receipt{}, errFileUnreadable
	}
	var answer receipt
	err = d.DB.InClinic(ctx, database.Scope{ClinicID: clinic, RequestID: requestID, IP: ip}, func(ctx context.Context) error {
		row, err := deviceOf(ctx, id, secret)
		if err != nil {
			return err
		}
		if row.RevokedAt == nil {
			return errNotRevoked
		}
		answer, err = d.take(ctx, row, b)
		return err
	})
	return answer, err
}

// IsRevoked tells a device that shows its number and its own token whether the clinic revoked it. One that the clinic
// does not know is refused like a wrong token.
func (d *DeviceRegister) IsRevoked(ctx context.Context, device, token, requestID, ip string) (bool, error) {
	clinic, id, secret, ok := readToken(token)
	if !ok || id.String() != device {
		return false, errDeviceUnknown
	}
	revoked := false
	err := d.DB.InClinic(ctx, database.Scope{ClinicID: clinic, RequestID: requestID, IP: ip}, func(ctx context.Context) error {
		row, err := deviceOf(ctx, id, secret)
		revoked = row.RevokedAt != nil
		return err
	})
	return revoked && err == nil, err
}

// deviceOf is the device that holds this secret.
func deviceOf(ctx context.Context, id uuid.UUID, secret []byte) (deviceRow, error) {
	row, err := deviceByID(ctx, id)
	if fault.IsNotFound(err) || err == nil && !row.holds(secret) {
		return deviceRow{}, errDeviceUnknown
	}
	return row, err
}

// take opens and keeps what a revoked device hands in.
func (d *DeviceRegister) take(ctx context.Context, row deviceRow, b bundle) (receipt, error) {
	rows, err := d.opened(ctx, row, b)
	if err != nil {
		return receipt{}, err
	}
	first, err := markHandedIn(ctx, row.ID, d.Now())
	if err != nil || !first {
		return receipt{Status: "already"}, err
	}
	if err := d.keepHanded(ctx, row, rows); err != nil {
		return receipt{}, err
	}
	answer := receipt{Status: "received", Operations: len(rows), Unreadable: unreadable(rows)}
	detail := map[string]any{"number": row.Number, "operations": answer.Operations, "unreadable": answer.Unreadable}
	return answer, audit.Record(ctx, "handed_in", "devices", row.ID, detail)
}

func unreadable(rows []handed) (n int) {
	for _, r := range rows {
		if r.Content == nil {
			n++
		}
	}
	return n
}

// opened opens a bundle with the key of the device that it names.
func (d *DeviceRegister) opened(ctx context.Context, row deviceRow, b bundle) ([]handed, error) {
	key, err := d.keyOf(ctx, row)
	if err != nil {
		return nil, err
	}
	rows, err := b.open(key, ProfileOf(database.ScopeOf(ctx).ClinicID, row.UserID))
	if errors.Is(err, errUnreadable) {
		return nil, errFileUnreadable
	}
	return rows, err
}

// keepHanded stores operations for review, sealed. One that lies there already is not kept twice.
func (d *DeviceRegister) keepHanded(ctx context.Context, device deviceRow, rows []handed) error {
	if len(rows) == 0 {
		return nil
	}
	keys, err := d.keysHere(ctx)
	if err != nil {
		return err
	}
	records := make([]handedRow, 0, len(rows))
	for _, h := range rows {
		record := handedRow{ID: uuid.Must(uuid.NewV7()), DeviceID: device.ID, Place: h.Place, CreatedAt: d.Now()}
		if h.Content != nil {
			record.OpID = &h.Entry.OpID
			if record.Content, err = keys.Seal(h.Content, sealedAt(ctx, "handed_in", "content", record.ID)); err != nil {
				return err
			}
		}
		records = append(records, record)
	}
	if err := database.From(ctx).Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(records, 200).Error; err != nil {
		return fmt.Errorf("keep what a device handed in: %w", err)
	}
	return nil
}

// fileOutcome is what became of an uploaded file.
type fileOutcome struct {
	Device     deviceRow
	Kept       bool // somebody else's: it lies there for review
	Operations int
	Settled    int
	Refused    []offline.Result
	Unreadable int
}

// TakeFile opens the file of last resort. What the person themselves did is carried out at once; the administration
// gets another person's for review.
func (d *DeviceRegister) TakeFile(ctx context.Context, scope database.Scope, text []byte) (fileOutcome, error) {
	b, err := readBundle(text)
	if err != nil {
		return fileOutcome{}, errFileUnreadable
	}
	var outcome fileOutcome
	var rows []handed
	err = d.DB.InClinic(ctx, scope, func(ctx context.Context) error {
		who := access.Who(ctx)
		row, err := deviceByID(ctx, b.Device)
		if fault.IsNotFound(err) || err == nil && row.UserID != who.UserID && !who.Can(accounts.SettingsSecurity) {
			return errFileUnreadable // another clinic's, or another person's: as if it were none
		}
		if err != nil {
			return err
		}
		if rows, err = d.opened(ctx, row, b); err != nil {
			return err
		}
		outcome = fileOutcome{Device: row, Kept: row.UserID != who.UserID || row.RevokedAt != nil, Operations: len(rows), Unreadable: unreadable(rows)}
		if !outcome.Kept {
			return nil
		}
		return d.keepHanded(ctx, row, readable(rows))
	})
	if err != nil || outcome.Kept {
		return outcome, err
	}
	results, err := d.carry(ctx, entriesOf(readable(rows)), requestOf(scope))
	outcome.Settled, outcome.Refused = settled(results)
	return outcome, err
}

func readable(rows []handed) []handed {
	var open []handed
	for _, r := range rows {
		if r.Content != nil {
			open = append(open, r)
		}
	}
	return open
}

func entriesOf(rows []handed) []offline.Operation {
	ops := make([]offline.Operation, 0, len(rows))
	for _, r := range rows {
		ops = append(ops, r.Entry.Operation)
	}
	return ops
}

func requestOf(scope database.Scope) Call { return Call{RequestID: scope.RequestID, IP: scope.IP} }

// carry carries operations out for the person of ctx, in their order.
func (d *DeviceRegister) carry(ctx context.Context, ops []offline.Operation, call Call) ([]offline.Result, error) {
	var results []offline.Result
	for len(ops) > 0 {
		n := min(len(ops), MaxOperations)
		answer, err := d.Carry.Sync(ctx, call, Request{Operations: ops[:n]})
		if err != nil {
			return results, fmt.Errorf("carry out what a device kept: %w", err)
		}
		results, ops = append(results, answer.Applied...), ops[n:]
	}
	return results, nil
}

// settled counts what was taken and lists what was refused.
func settled(results []offline.Result) (n int, refused []offline.Result) {
	for _, r := range results {
		if r.Status == offline.Rejected {
			refused = append(refused, r)
		} else {
			n++
		}
	}
	return n, refused
}

// entryOfRow opens one kept operation; false when it could not be opened when it came.
func (d *DeviceRegister) entryOfRow(ctx context.Context, row handedRow) (offline.Entry, bool, error) {
	if row.Content == nil {
		return offline.Entry{}, false, nil
	}
	keys, err := d.keysHere(ctx)
	if err != nil {
		return offline.Entry{}, false, err
	}
	var text json.RawMessage
	if err := keys.Open(row.Content, sealedAt(ctx, "handed_in", "content", row.ID), &text); err != nil {
		return offline.Entry{}, false, err
	}
	var e offline.Entry
	if err := json.Unmarshal(text, &e); err != nil {
		return offline.Entry{}, false, fmt.Errorf("read an operation that was handed in: %w", err)
	}
	return e, true, nil
}
