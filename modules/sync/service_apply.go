//go:build !js

package sync

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// perTransaction is how many operations one transaction carries out: more would hold others up, fewer cost commits.
const perTransaction = 50

// done is what became of one operation in this run.
type done struct {
	Answer
	fresh bool // decided in this run, for good: the answer is kept
	gone  bool // nothing of it stays in the queue
}

// carryOut carries out the operations of a request and answers each.
func (s *Service) carryOut(ctx context.Context, a Author, received []incoming, answer *Response) error {
	arrivals := make([]Arrival, 0, len(received))
	for _, in := range received {
		if in.refused == nil {
			arrivals = append(arrivals, Arrival{Operation: in.op, Hash: in.hash, UserID: a.User})
		}
	}
	outcomes, err := s.carry(ctx, a, arrivals)
	if err != nil {
		return err
	}
	next := 0
	for _, in := range received {
		if in.refused != nil {
			answer.Applied = append(answer.Applied, *in.refused)
			continue
		}
		outcome := outcomes[next]
		next++
		answer.Applied = append(answer.Applied, outcome.Result)
		if outcome.Disagreement != nil {
			answer.Conflicts = append(answer.Conflicts, *outcome.Disagreement)
		}
	}
	return nil
}

// carry carries out queued operations of one author, in order, and then what waited for them.
func (s *Service) carry(ctx context.Context, a Author, arrivals []Arrival) ([]done, error) {
	outcomes := make([]done, 0, len(arrivals))
	forms := map[uuid.UUID]bool{}
	for chunk := range slices.Chunk(arrivals, perTransaction) {
		found, err := s.chunk(ctx, a, chunk, forms)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, found...)
	}
	return outcomes, s.wake(ctx, a, outcomes)
}

// chunk carries out one transaction's worth: first as if all went well, and once more, operation by operation, when one
// of them did not.
func (s *Service) chunk(ctx context.Context, a Author, arrivals []Arrival, forms map[uuid.UUID]bool) ([]done, error) {
	outcomes, err := s.inOne(ctx, a, run{Service: s, forms: forms, bold: true}, arrivals)
	if err != nil && s.Store.Lasting(err) {
		outcomes, err = s.inOne(ctx, a, run{Service: s, forms: forms}, arrivals)
	}
	if err != nil {
		return nil, err
	}
	s.count(outcomes)
	return outcomes, nil
}

// inOne carries operations out in one transaction.
func (s *Service) inOne(ctx context.Context, a Author, r run, arrivals []Arrival) (outcomes []done, err error) {
	transact := s.Store.Transact
	if r.bold {
		transact = s.Store.Attempt
	}
	err = transact(ctx, a, func(ctx context.Context) error {
		outcomes = outcomes[:0]
		if err := r.begin(ctx, arrivals); err != nil {
			return err
		}
		var answers []Answer
		var gone []uuid.UUID
		for _, arrival := range arrivals {
			outcome, err := r.one(ctx, arrival)
			if err != nil {
				return err
			}
			if outcome.fresh {
				answers = append(answers, outcome.Answer)
			}
			if outcome.gone {
				gone = append(gone, outcome.OpID)
			}
			outcomes = append(outcomes, outcome)
		}
		return s.Store.Settle(ctx, answers, gone)
	})
	return outcomes, err
}

// run is one transaction that carries operations out.
type run struct {
	*Service
	bold    bool // an operation that cannot be carried out ends it
	answers map[uuid.UUID]Answer
	queued  map[uuid.UUID]Arrival
	forms   map[uuid.UUID]bool // operations that a form carried out, with those that belong to the same form
}

// begin locks the operations, so that nobody else carries them out at the same time, and looks what is known of them.
func (r *run) begin(ctx context.Context, arrivals []Arrival) error {
	ids := make([]uuid.UUID, len(arrivals))
	for i, a := range arrivals {
		ids[i] = a.OpID
	}
	err := r.Store.Lock(ctx, ids)
	if err != nil {
		return err
	}
	if r.answers, err = r.Store.Answers(ctx, ids); err != nil {
		return err
	}
	r.queued, err = r.Store.Queued(ctx, ids)
	return err
}

// one carries out one operation, unless it was answered before.
func (r *run) one(ctx context.Context, sent Arrival) (done, error) {
	if given, ok := r.answers[sent.OpID]; ok {
		return r.repeat(given, sent), nil
	}
	kept, ok := r.queued[sent.OpID]
	if !ok {
		return done{}, fmt.Errorf("operation %s is neither queued nor answered", sent.OpID)
	}
	if !bytes.Equal(kept.Hash, sent.Hash) {
		return reused(sent), nil
	}
	kept.UserID = sent.UserID // somebody may bring what another's device kept; they answer for it
	if r.forms[kept.OpID] {
		outcome := settledAs(kept, offline.Result{Status: offline.Duplicate})
		r.answers[kept.OpID] = outcome.Answer
		return outcome, nil
	}
	outcome, err := r.apply(ctx, kept)
	if err == nil && outcome.fresh {
		r.answers[kept.OpID] = outcome.Answer
	}
	return outcome, err
}

// repeat gives the answer given before. What succeeded then is a duplicate now; what was refused is refused.
func (r *run) repeat(given Answer, sent Arrival) done {
	switch {
	case given.Form && given.UserID != sent.UserID || !given.Form && !bytes.Equal(given.Hash, sent.Hash):
		given = reused(sent).Answer
	case given.Form:
		for n := 1; n < MaxOperations; n++ { // the other operations of that form have ids that follow from its own
			r.forms[uuid.NewSHA1(sent.OpID, []byte(strconv.Itoa(n)))] = true
		}
		given.Entity, given.Object = sent.Entity, sent.LocalID
		given.Result = offline.Result{LocalID: sent.LocalID, ServerID: sent.LocalID, Status: offline.Duplicate}
	case given.Result.Status != offline.Rejected:
		given.Result.Status = offline.Duplicate
	}
	return done{Answer: given, gone: true}
}

func reused(sent Arrival) done {
	return done{Answer: Answer{OpID: sent.OpID, Entity: sent.Entity, Result: offline.Result{
		LocalID: sent.LocalID, ServerID: sent.LocalID, Status: offline.Rejected, Code: "op_reused", Field: "op_id",
		Message: "Otro cambio ya usó este identificador. Vuelva a hacer el cambio.",
	}}}
}

// settledAs is the final answer to a queued operation.
func settledAs(a Arrival, result offline.Result) done {
	result.LocalID = a.LocalID
	if result.ServerID == uuid.Nil {
		result.ServerID = a.LocalID
	}
	return done{fresh: true, gone: true, Answer: Answer{
		OpID: a.OpID, UserID: a.UserID, Hash: a.Hash, Entity: a.Entity, Action: a.Action, Object: a.LocalID, Result: result,
	}}
}

// apply lets the module carry the operation out, together with the conflict that comes of it.
func (r *run) apply(ctx context.Context, a Arrival) (done, error) {
	entity, op, err := r.examine(a)
	if err != nil {
		return r.failed(ctx, a, err)
	}
	var outcome offline.Outcome
	var disagreement *Disagreement
	err = r.Store.Savepoint(ctx, func(ctx context.Context) (err error) {
		if outcome, err = entity.Apply(ctx, op); err != nil {
			return err
		}
		disagreement, err = r.disagree(ctx, op, a.UserID, outcome)
		return err
	})
	if err != nil && r.bold {
		return done{}, err
	}
	if err != nil {
		return r.failed(ctx, a, err)
	}
	settled := settledAs(a, offline.Result{ServerID: outcome.ServerID, Status: outcome.Status})
	settled.Disagreement = disagreement
	return settled, nil
}

// failed answers an operation that was not carried out: refused for good, waiting, or to be tried again.
func (s *Service) failed(ctx context.Context, a Arrival, err error) (done, error) {
	var missing *offline.Missing
	var refusal *fault.Fault
	switch {
	case errors.As(err, &missing):
		return s.wait(ctx, a, missing)
	case errors.As(err, &refusal) && refusal.Kind != fault.Unexpected && refusal.Kind != fault.Unavailable:
		return settledAs(a, refusalOf(refusal)), nil
	case !s.Store.Lasting(err):
		return done{}, err
	}
	s.Log.Error("an operation of a device failed", "entity", a.Entity, "action", a.Action, "op", a.OpID, "tries", a.Tries+1, "error", err)
	result := offline.Result{Status: offline.Rejected, Code: "failed", Message: "El servidor no pudo guardar este cambio. Avise a soporte si se repite."}
	if a.Tries+1 >= mostAttempts {
		return settledAs(a, result), nil
	}
	result.Retry = true
	return done{Answer: settledAs(a, result).Answer}, s.Store.Postpone(ctx, a.OpID, nil)
}

// wait leaves the operation in the queue until what it needs arrives, unless that never will.
func (s *Service) wait(ctx context.Context, a Arrival, missing *offline.Missing) (done, error) {
	result := offline.Result{Status: offline.Rejected, Code: "dependency_missing", Message: "Depende de otro cambio que no se pudo guardar."}
	refused, err := s.Store.RefusedCreate(ctx, missing.Entity, missing.ID)
	if err != nil {
		return done{}, err
	}
	if refused || s.Now().Sub(a.ReceivedAt) > longestWait {
		return settledAs(a, result), nil
	}
	result.Retry, result.Message = true, "Espera otro cambio que todavía no llegó."
	return done{Answer: settledAs(a, result).Answer}, s.Store.Postpone(ctx, a.OpID, missing)
}

// refusalOf is a module's refusal as the wire says it.
func refusalOf(f *fault.Fault) offline.Result {
	result := offline.Result{Status: offline.Rejected, Code: f.Code, Message: f.Message}
	fields := make([]string, 0, len(f.Fields))
	for name := range f.Fields {
		fields = append(fields, name)
	}
	if slices.Sort(fields); len(fields) > 0 {
		result.Field = fields[0]
		if result.Message == "" {
			result.Message = f.Fields[fields[0]]
		}
	}
	switch {
	case f.Kind == fault.Forbidden:
		result.Code, result.Message = "forbidden", "Su cuenta no tiene permiso para hacer este cambio."
	case f.Kind == fault.NotFound:
		result.Code, result.Message = "not_found", "Lo que se quiso cambiar ya no está disponible para su cuenta."
	case result.Code == "" && f.Kind == fault.Conflict:
		result.Code = "conflict"
	case result.Code == "":
		result.Code = "invalid"
	}
	return result
}
