//go:build !js

package web

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// Answers keeps the first answer to each operation id, sealed, in the same transaction as what it did.
type Answers struct {
	vault    *pii.Vault
	squeezes sync.Pool // *flate.Writer: making one costs as much as using it
}

// NewAnswers keeps answers sealed with the clinics' own keys.
func NewAnswers(vault *pii.Vault) *Answers { return &Answers{vault: vault} }

// keptAnswer is what is worth repeating of an answer; cookies are not. The body is squeezed: a redrawn agenda is
// 150 kB, which every booking would write to the disk, and its ciphertext no longer shrinks.
type keptAnswer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

func (a *Answers) squeeze(body []byte) ([]byte, error) {
	var small bytes.Buffer
	w, ok := a.squeezes.Get().(*flate.Writer)
	if !ok {
		var err error
		if w, err = flate.NewWriter(&small, flate.BestSpeed); err != nil {
			return nil, err
		}
	}
	defer a.squeezes.Put(w)
	w.Reset(&small)
	_, err := w.Write(body)
	err = errors.Join(err, w.Close())
	return small.Bytes(), err
}

type answerRow struct {
	OpID     uuid.UUID
	UserID   uuid.UUID
	BodyHash []byte
	Status   int
	Answer   []byte
	Kind     string // form, or sync for an operation that a device brought
}

// The two ways on which an operation id comes in.
const (
	byForm = "form"
	bySync = "sync"
)

func (answerRow) TableName() string { return "sync_ops" }

// repeated lists the headers that an answer is given again with.
var repeated = []string{"Content-Type", "Location", "HX-Redirect", "HX-Location", "HX-Trigger", "HX-Retarget", "HX-Reswap", "HX-Push-Url"}

// Find returns the answer given before; nil when the operation is new. While one request carries out an operation
// its repetition waits here. The same id with another body is a conflict.
func (a *Answers) Find(ctx context.Context, op NamedWrite) (*Recorder, error) {
	tx := database.From(ctx)
	if err := tx.Exec("select pg_advisory_xact_lock(hashtextextended(?, 0))", op.ID.String()).Error; err != nil {
		return nil, fmt.Errorf("wait for the same operation: %w", err)
	}
	var row answerRow
	err := tx.Where("op_id = ?", op.ID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look the operation up: %w", err)
	}
	if row.Kind == bySync && row.UserID == database.ScopeOf(ctx).UserID {
		return synced(op), nil
	}
	if !bytes.Equal(row.BodyHash, op.Hash) || row.UserID != database.ScopeOf(ctx).UserID {
		return nil, fault.Conflicted("op_reused", "Esto ya se guardó antes con otros datos. Vuelva a abrir la página para ver lo que quedó.")
	}
	return a.open(ctx, row)
}

// synced answers a write whose operation the device has brought meanwhile, because no answer reached it: a page shows
// what became of it there, a program has its answer from the synchronisation.
func synced(op NamedWrite) *Recorder {
	answer := NewRecorder(nil)
	answer.WriteHeader(http.StatusNoContent)
	if op.Form {
		answer.Status = http.StatusSeeOther
		answer.Header().Set("Location", syncPage)
	}
	return answer
}

// syncPage is where people see what their devices sent.
const syncPage = "/sincronizacion"

func (a *Answers) open(ctx context.Context, row answerRow) (*Recorder, error) {
	keys, place, err := a.keys(ctx, row.OpID)
	if err != nil {
		return nil, err
	}
	var kept keptAnswer
	if err := keys.Open(row.Answer, place, &kept); err != nil {
		return nil, fmt.Errorf("open the answer given before: %w", err)
	}
	answer := NewRecorder(kept.Header)
	answer.Status = kept.Status
	if _, err := answer.Body.ReadFrom(flate.NewReader(bytes.NewReader(kept.Body))); err != nil {
		return nil, fmt.Errorf("unpack the answer given before: %w", err)
	}
	return answer, nil
}

// Keep stores the answer beside what the operation did.
func (a *Answers) Keep(ctx context.Context, op NamedWrite, answer *Recorder) error {
	keys, place, err := a.keys(ctx, op.ID)
	if err != nil {
		return err
	}
	small, err := a.squeeze(answer.Body.Bytes())
	if err != nil {
		return fmt.Errorf("squeeze the answer: %w", err)
	}
	kept := keptAnswer{Status: max(answer.Status, http.StatusOK), Header: http.Header{}, Body: small}
	for _, name := range repeated {
		if values := answer.Header().Values(name); len(values) > 0 {
			kept.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	sealed, err := keys.Seal(kept, place)
	if err != nil {
		return fmt.Errorf("seal the answer: %w", err)
	}
	row := answerRow{OpID: op.ID, UserID: database.ScopeOf(ctx).UserID, BodyHash: op.Hash, Status: kept.Status, Answer: sealed, Kind: byForm}
	if err := database.From(ctx).Create(&row).Error; err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	return nil
}

func (a *Answers) keys(ctx context.Context, op uuid.UUID) (*pii.Keys, pii.Place, error) {
	clinic := database.ScopeOf(ctx).ClinicID
	keys, err := a.vault.Keys(ctx, clinic)
	return keys, pii.Place{Clinic: clinic, Table: "sync_ops", Column: "answer", Row: op}, err
}

func hashOf(method, path string, body []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", method, path)
	h.Write(body)
	return h.Sum(nil)
}

func formValue(body []byte, name string) string {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return values.Get(name)
}
