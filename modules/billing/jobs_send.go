//go:build !js

package billing

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/mail"
)

// byMail sends documents by e-mail.
type byMail struct{ queue Queue }

// NewMailSender sends documents by e-mail, through the queue.
func NewMailSender(queue Queue) Sender { return byMail{queue} }

func (byMail) Way() string   { return "correo" }
func (byMail) Label() string { return "Correo" }

func (byMail) Address(p patients.Patient) string { return p.Email }

func (byMail) Problem(address string) string { return accounts.EmailProblem(address) }

// mostLetters is how often a letter is tried: over four hours, as River spaces them.
const mostLetters = 10

func (m byMail) Send(ctx context.Context, sending uuid.UUID) error {
	return m.queue.Insert(ctx, mailArgs{ClinicID: database.ScopeOf(ctx).ClinicID, SendingID: sending}, &river.InsertOpts{MaxAttempts: mostLetters})
}

// mailArgs asks to send a document to the address of a sending.
type mailArgs struct {
	ClinicID  uuid.UUID `json:"clinic_id"`
	SendingID uuid.UUID `json:"sending_id"`
}

func (mailArgs) Kind() string { return "billing_mail" }

type mailWorker struct {
	river.WorkerDefaults[mailArgs]
	db       *database.DB
	dispatch *Dispatch
	letters  mail.Sender
}

// Work sends the letter once there is something to send. One that cannot leave says so on the document's page.
func (w *mailWorker) Work(ctx context.Context, job *river.Job[mailArgs]) error {
	in := within(w.db, job.Args.ClinicID, job.ID)
	var letter mail.Letter
	var wait time.Duration
	var without string
	err := in(ctx, func(ctx context.Context) (err error) {
		letter, wait, without, err = w.dispatch.letter(ctx, job.Args.SendingID)
		return err
	})
	switch {
	case fault.IsNotFound(err):
		return river.JobCancel(err)
	case fault.KindOf(err) == fault.Conflict:
		return errors.Join(w.fail(ctx, in, job, err.Error()), river.JobCancel(err))
	case err == nil && wait > 0:
		return river.JobSnooze(wait)
	}
	if err == nil {
		err = w.letters.Send(ctx, letter)
	}
	if err != nil {
		if job.Attempt >= job.MaxAttempts {
			return errors.Join(err, w.fail(ctx, in, job, "El correo no lo recibió. Revise la dirección."))
		}
		return err
	}
	return in(ctx, func(ctx context.Context) error { return w.dispatch.left(ctx, job.Args.SendingID, without) })
}

func (w *mailWorker) fail(ctx context.Context, in InClinic, job *river.Job[mailArgs], why string) error {
	return in(context.WithoutCancel(ctx), func(ctx context.Context) error { return w.dispatch.failed(ctx, job.Args.SendingID, why) })
}

// AddMailWorkers adds the job that sends documents by e-mail.
func AddMailWorkers(workers *river.Workers, db *database.DB, dispatch *Dispatch, letters mail.Sender) {
	river.AddWorker(workers, &mailWorker{db: db, dispatch: dispatch, letters: letters})
}
