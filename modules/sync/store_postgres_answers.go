//go:build !js

package sync

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/database"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/pii"
)

// opRow is a row of the table that web.Answers keeps the answers of forms in.
type opRow struct {
	OpID     uuid.UUID
	UserID   uuid.UUID
	BodyHash []byte
	Status   int
	Answer   []byte
	Kind     string
	Entity   string
	Action   string
	ObjectID *uuid.UUID
	Refused  bool
}

func (opRow) TableName() string { return "sync_ops" }

// keptResult is what is worth repeating of an operation's answer.
type keptResult struct {
	Result       offline.Result `json:"result"`
	Disagreement *Disagreement  `json:"disagreement,omitempty"`
}

const answeredOK = 200 // an operation is answered within an answer that succeeded

func rolesOf(text string) (roles []accounts.Role) {
	for _, r := range strings.Split(text, ",") {
		if r != "" {
			roles = append(roles, accounts.Role(r))
		}
	}
	return roles
}

func (p *Postgres) Answers(ctx context.Context, ops []uuid.UUID) (map[uuid.UUID]Answer, error) {
	var rows []opRow
	if err := database.From(ctx).Where("op_id = any(?::uuid[])", database.IDs(ops)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("look operations up: %w", err)
	}
	keys, err := p.keys(ctx)
	if err != nil {
		return nil, err
	}
	answers := make(map[uuid.UUID]Answer, len(rows))
	for _, r := range rows {
		a := Answer{OpID: r.OpID, UserID: r.UserID, Hash: r.BodyHash, Form: r.Kind == "form", Entity: r.Entity, Action: r.Action}
		if r.ObjectID != nil {
			a.Object = *r.ObjectID
		}
		if !a.Form {
			var kept keptResult
			if err := keys.Open(r.Answer, place(keys, "sync_ops", "answer", r.OpID), &kept); err != nil {
				return nil, fmt.Errorf("open the answer given before: %w", err)
			}
			a.Result, a.Disagreement = kept.Result, kept.Disagreement
		}
		answers[r.OpID] = a
	}
	return answers, nil
}

func (p *Postgres) Settle(ctx context.Context, answers []Answer, gone []uuid.UUID) error {
	keys, err := p.keys(ctx)
	if err != nil {
		return err
	}
	rows := make([]opRow, 0, len(answers))
	for _, a := range answers {
		row, err := rowOf(keys, a)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		if err := database.From(ctx).Create(&rows).Error; err != nil {
			return fmt.Errorf("keep the answers: %w", err)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if err := database.From(ctx).Exec("delete from sync_queue where id = any(?::uuid[])", database.IDs(gone)).Error; err != nil {
		return fmt.Errorf("empty the queue: %w", err)
	}
	return nil
}

func rowOf(keys *pii.Keys, a Answer) (opRow, error) {
	sealed, err := keys.Seal(keptResult{a.Result, a.Disagreement}, place(keys, "sync_ops", "answer", a.OpID))
	if err != nil {
		return opRow{}, err
	}
	row := opRow{
		OpID: a.OpID, UserID: a.UserID, BodyHash: a.Hash, Status: answeredOK, Answer: sealed, Kind: "sync",
		Entity: a.Entity, Action: a.Action, Refused: a.Result.Status == offline.Rejected,
	}
	if a.Object != uuid.Nil {
		row.ObjectID = &a.Object
	}
	return row, nil
}

func (p *Postgres) RefusedCreate(ctx context.Context, entity string, object uuid.UUID) (bool, error) {
	var found bool
	const query = `select exists (select 1 from sync_ops where object_id = ? and refused and entity = ? and action = 'create')`
	if err := database.From(ctx).Raw(query, object, entity).Scan(&found).Error; err != nil {
		return false, fmt.Errorf("look for a refused creation: %w", err)
	}
	return found, nil
}
