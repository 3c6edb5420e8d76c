//go:build !js

package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Verifier says to anybody who has a consent's code whether it stands.
type Verifier struct {
	db    *database.DB
	store *Postgres
	keys  hce.PublicKeys
}

// NewVerifier checks signatures of consents with these keys.
func NewVerifier(db *database.DB, store *Postgres, keys hce.PublicKeys) *Verifier {
	return &Verifier{db, store, keys}
}

// ByCode verifies the consent of a code; fault.ErrNotFound for one that nobody has. Nothing of the answer speaks of the
// patient, nor of what was to be done.
func (v *Verifier) ByCode(ctx context.Context, code string) (hce.Verification, error) {
	var rows []struct{ ClinicID, ConsentID uuid.UUID }
	err := v.db.AsSystem(ctx, "find the clinic of a consent's code", func(tx *gorm.DB) error {
		return tx.Raw("select clinic_id, consent_id from consent_codes where code = ? order by clinic_id limit 1", code).Scan(&rows).Error
	})
	if err != nil {
		return hce.Verification{}, fmt.Errorf("find a consent's code: %w", err)
	}
	if len(rows) == 0 {
		return hce.Verification{}, fault.ErrNotFound
	}
	found := hce.Verification{Code: code}
	err = v.db.InClinic(ctx, database.Scope{ClinicID: rows[0].ClinicID}, func(ctx context.Context) error {
		return v.verify(ctx, rows[0].ConsentID, &found)
	})
	return found, err
}

func (v *Verifier) verify(ctx context.Context, id uuid.UUID, found *hce.Verification) error {
	clinic, err := accounts.Colleagues{}.Clinic(ctx)
	if err != nil {
		return err
	}
	if found.Zone, err = time.LoadLocation(clinic.TimeZone); err != nil {
		return fmt.Errorf("read the clinic's time zone: %w", err)
	}
	found.Clinic, found.Kind = clinic.Name, title(Body{})
	c, err := v.store.Consent(ctx, id)
	if errors.Is(err, errTampered) {
		found.Signature.Reason = "El contenido fue alterado."
		return nil
	}
	if err != nil {
		return err
	}
	found.Kind, found.WrittenAt, found.Outcome = title(c.Body), c.At, c.outcome()
	if c.Revoked != nil {
		found.RevokedAt = &c.Revoked.At
	}
	if c.Mark == nil {
		found.Signature.Reason = "La firma ya no está."
		return nil
	}
	verdict, err := v.verdict(ctx, c)
	found.Signature = hce.Checked{Verdict: verdict, Signature: hce.Signature{
		Method: c.Mark.Method, Code: c.Mark.Code, SignedAt: c.Mark.At,
		Signer: hce.Author{MembershipID: c.Mark.Signer.MembershipID, Name: c.Mark.Signer.Name, Profession: c.Mark.Signer.Profession, CollegeNumber: c.Mark.Signer.License},
	}}
	return err
}

// verdict checks the signature, also as one of the person whose membership it names.
func (v *Verifier) verdict(ctx context.Context, c Consent) (hce.Verdict, error) {
	keys, err := v.keys.Public(ctx, []uuid.UUID{c.Mark.KeyID})
	if err != nil {
		return hce.Verdict{}, err
	}
	people, err := accounts.Colleagues{}.Everybody(ctx)
	if err != nil {
		return hce.Verdict{}, err
	}
	key := keys[c.Mark.KeyID]
	verdict := Check(c, *c.Mark, key, database.ScopeOf(ctx).ClinicID)
	own := slices.ContainsFunc(people, func(m accounts.Member) bool { return m.ID == c.Mark.Signer.MembershipID && m.UserID == key.UserID })
	if verdict.Valid && !own {
		verdict = hce.Verdict{Reason: "La firma no corresponde."}
	}
	return verdict, nil
}
