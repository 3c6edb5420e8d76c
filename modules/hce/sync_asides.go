//go:build !js

package hce

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// AsideSync gives devices what their person wrote beside notes, and takes up what they set aside themselves.
type AsideSync struct {
	offline.Reference
	record *Service
	store  Postgres
}

// SyncAsides is the record's entity "record_aside".
func SyncAsides(record *Service) AsideSync {
	s := AsideSync{record: record}
	s.Reference = offline.Reference{Entity: asideEntity, Needs: accounts.HCEWrite, All: s.own}
	return s
}

func (s AsideSync) own(ctx context.Context) ([]offline.Change, error) {
	list, err := s.store.AsidesBy(ctx, access.Who(ctx).MembershipID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var ids []uuid.UUID
	for _, a := range list {
		ids = append(ids, a.EncounterID)
	}
	encounters, err := s.record.store.EncountersByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return offline.Changes(asideEntity, list, func(a Aside) (uuid.UUID, int64, any) {
		return a.ID, a.Version, asideDataOf(a, encounters[a.EncounterID])
	})
}

// With brings the note as it stands with what was written beside it: the device that wrote it has an older one.
func (s AsideSync) With(ctx context.Context, changes []offline.Change) (map[uuid.UUID][]offline.Ref, error) {
	drafts, err := s.record.store.DraftsBy(ctx, access.Who(ctx).MembershipID)
	if err != nil {
		return nil, err
	}
	beside := map[uuid.UUID][]offline.Ref{}
	for _, c := range changes {
		var in asideData
		if err := json.Unmarshal(c.Data, &in); err != nil {
			return nil, err
		}
		for _, d := range drafts {
			if d.EncounterID == in.Encounter.ID {
				beside[c.ID] = append(beside[c.ID], offline.Ref{Kind: draftEntity, ID: d.ID.String()})
			}
		}
	}
	return beside, nil
}

// Apply keeps what was set aside on a device, or lets it go.
func (s AsideSync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	var in asideData
	decoder := json.NewDecoder(bytes.NewReader(op.Data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return offline.Outcome{}, fault.InvalidField("data", "Los datos del texto aparte no se entienden.")
	}
	e, err := s.record.arrivedOf(ctx, in.draftData)
	if err != nil {
		return offline.Outcome{}, err
	}
	before, err := s.store.Aside(ctx, op.LocalID)
	switch {
	case err == nil && before.AuthorID != e.DoctorID:
		return offline.Outcome{}, fault.ErrForbidden
	case err == nil && in.DismissedAt != nil:
		return offline.Outcome{Status: offline.Updated, Version: before.Version + 1}, s.store.DismissAside(ctx, op.LocalID, s.record.now())
	case err != nil && !fault.IsNotFound(err):
		return offline.Outcome{}, err
	}
	if in.DismissedAt == nil {
		err = s.record.setAside(ctx, in.besides(op.LocalID, e, earlier(op.At, s.record.now())))
	} else {
		err = nil // it came and went before anybody heard of it
	}
	return offline.Outcome{Status: offline.Created, Version: 1}, err
}
