//go:build !js

package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/mail"
	"hampi/modules/platform/pii"
)

// SignInLetters is what the letters about the way in stand on. Address is how people reach the program, without a
// slash at the end; it is asked when a letter is written.
type SignInLetters struct {
	DB      *database.DB
	Vault   *pii.Vault
	Mail    mail.Sender
	Now     clock.Now
	Address func() string
}

// AddSignInWorkers adds the jobs that write letters about passwords and second factors, and the daily tidying.
func AddSignInWorkers(workers *river.Workers, letters SignInLetters) {
	river.AddWorker(workers, &resetWorker{SignInLetters: letters})
	river.AddWorker(workers, &changedWorker{SignInLetters: letters})
	river.AddWorker(workers, &tidyWorker{SignInLetters: letters})
}

// resetArgs asks for a letter with a link for a new password; the zero id is somebody unknown, who gets none.
type resetArgs struct {
	UserID uuid.UUID `json:"user_id"`
}

func (resetArgs) Kind() string { return "accounts_reset" }

type resetWorker struct {
	river.WorkerDefaults[resetArgs]
	SignInLetters
}

// Work makes the link, stores its hash, and sends it. Done twice it sends two links; each opens once.
func (w *resetWorker) Work(ctx context.Context, job *river.Job[resetArgs]) error {
	if job.Args.UserID == uuid.Nil {
		return nil
	}
	keys, err := w.Vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	var letter mail.Letter
	err = w.DB.AsSystem(ctx, "write a letter with a link for a new password", func(tx *gorm.DB) error {
		email, name, err := emailOf(tx, keys, job.Args.UserID)
		if err != nil {
			return err
		}
		token, err := newReset(tx, job.Args.UserID, w.Now())
		letter = mail.Letter{To: email, Subject: "Contraseña nueva en Hampi", Text: fmt.Sprintf(`Hola, %s:

Se pidió una contraseña nueva para su cuenta. Créela en esta dirección antes de 30 minutos; sirve una sola vez:

%s/recuperar/%s

Si no la pidió usted, no haga nada: su contraseña sigue igual.

Hampi
`, tidy(name), w.Address(), token)}
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil // disabled meanwhile
	}
	if err != nil {
		return err
	}
	return w.Mail.Send(ctx, letter)
}

// changedArgs asks for a letter that says what was changed about the way in; What is a kind of security event.
type changedArgs struct {
	UserID uuid.UUID `json:"user_id"`
	What   string    `json:"what"`
}

func (changedArgs) Kind() string { return "accounts_changed" }

type changedWorker struct {
	river.WorkerDefaults[changedArgs]
	SignInLetters
}

// Work writes to the person, so that a change made by somebody else is noticed.
func (w *changedWorker) Work(ctx context.Context, job *river.Job[changedArgs]) error {
	keys, err := w.Vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	var letter mail.Letter
	err = w.DB.AsSystem(ctx, "write a letter about a change of the way in", func(tx *gorm.DB) error {
		email, name, err := emailOf(tx, keys, job.Args.UserID)
		letter = mail.Letter{To: email, Subject: "Cambio en el acceso a su cuenta de Hampi", Text: fmt.Sprintf(`Hola, %s:

%s

Si no fue usted, cree una contraseña nueva en %s/recuperar y avise a la administración de su clínica.

Hampi
`, tidy(name), changeInWords(job.Args.What), w.Address())}
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return w.Mail.Send(ctx, letter)
}

func changeInWords(event string) string {
	switch event {
	case EventResetDone:
		return "Se creó una contraseña nueva con el enlace enviado a este correo. Se cerraron todas las sesiones. El segundo paso (código del celular) sigue igual."
	case EventPasswordChanged:
		return "Se cambió la contraseña de su cuenta. Se cerraron las demás sesiones."
	case EventFactorEnrolled, EventFactorReplaced:
		return "Se registró una aplicación de códigos para su cuenta."
	case EventRecoveryRenewed:
		return "Se crearon códigos de recuperación nuevos para su cuenta. Los anteriores ya no sirven."
	}
	return "Hubo un cambio en el acceso a su cuenta."
}

// TidySignIns asks for what nobody needs any more to be removed; run it once a day.
type TidySignIns struct{}

// Kind names the job.
func (TidySignIns) Kind() string { return "accounts_tidy_signins" }

type tidyWorker struct {
	river.WorkerDefaults[TidySignIns]
	SignInLetters
}

// Work forgets counters of attempts that are a year old. Links, tokens and log-ins stay: they are traces.
func (w *tidyWorker) Work(ctx context.Context, _ *river.Job[TidySignIns]) error {
	return throttle{db: w.DB}.Forgotten(ctx, w.Now())
}

// Periodic tidies once a day.
func Periodic() []*river.PeriodicJob {
	daily := river.PeriodicInterval(24 * time.Hour)
	tidy := func() (river.JobArgs, *river.InsertOpts) { return TidySignIns{}, nil }
	return []*river.PeriodicJob{river.NewPeriodicJob(daily, tidy, nil)}
}
