//go:build !js

package accounts

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/mail"
	"hampi/modules/platform/pii"
	"hampi/views"
)

// StaffLetters is what the letters of invitation and of sign-up stand on. Address is how people reach the program,
// without a slash at the end, such as https://clinica.pe; it is asked when a letter is written.
type StaffLetters struct {
	DB      *database.DB
	Vault   *pii.Vault
	Mail    mail.Sender
	Now     clock.Now
	Address func() string
}

// AddStaffWorkers adds the jobs that write letters of invitation and of sign-up.
func AddStaffWorkers(workers *river.Workers, letters StaffLetters) {
	river.AddWorker(workers, &inviteWorker{StaffLetters: letters})
	river.AddWorker(workers, &signUpWorker{StaffLetters: letters})
}

type inviteWorker struct {
	river.WorkerDefaults[inviteArgs]
	StaffLetters
}

// Work makes the link, stores its hash, and sends it. Done twice it sends twice, and the newer link opens.
func (w *inviteWorker) Work(ctx context.Context, job *river.Job[inviteArgs]) error {
	keys, err := w.Vault.Keys(ctx, job.Args.ClinicID)
	if err != nil {
		return err
	}
	token, hash := newLinkToken()
	var letter mail.Letter
	err = w.DB.InClinic(ctx, jobs.Scope(job.Args.ClinicID, job.ID), func(ctx context.Context) error {
		if err := changeInvitation(ctx, job.Args.InvitationID, "token_hash = ?, sent_at = ?", hash, w.Now()); err != nil {
			return err
		}
		letter, err = w.letter(ctx, keys, job.Args.InvitationID, token)
		return err
	})
	if fault.IsNotFound(err) {
		return nil // taken back or accepted meanwhile
	}
	if err != nil {
		return err
	}
	return w.Mail.Send(ctx, letter)
}

func (w *inviteWorker) letter(ctx context.Context, keys *pii.Keys, id uuid.UUID, token string) (mail.Letter, error) {
	var row invitationRow
	if err := database.From(ctx).Raw(invitationQuery+"where i.id = ?", id).Scan(&row).Error; err != nil {
		return mail.Letter{}, fmt.Errorf("read an invitation: %w", err)
	}
	i, err := row.invitation(keys)
	if err != nil {
		return mail.Letter{}, err
	}
	clinic, err := Colleagues{}.Clinic(ctx)
	if err != nil {
		return mail.Letter{}, err
	}
	text := fmt.Sprintf(`Hola, %s:

%s le invita a trabajar con Hampi, su sistema de citas e historias clínicas.
Su función: %s.

Para aceptar, abra este enlace:
%s/invitacion/%s

El enlace sirve una vez, hasta el %s, y es solo para usted: no lo reenvíe.
Si no esperaba esta invitación, no haga nada.
`, i.Profile.Name, clinic.Name, RoleLabels(i.Work.Roles), w.Address(), token, views.Day(i.ExpiresAt.In(clinic.Zone())))
	return mail.Letter{To: i.Email, Subject: "Invitación a " + oneLine(clinic.Name), Text: text}, nil
}

// oneLine keeps a name from becoming more than a line of a letter.
func oneLine(text string) string { return tidy(text) }

// inLetter keeps what a stranger typed from becoming an advertisement in somebody's mail.
func inLetter(name string) string {
	if strings.ContainsAny(name, "/@:") || strings.Contains(strings.ToLower(name), "www.") {
		return "su clínica"
	}
	return oneLine(name)
}

// signUpArgs is the job that writes to somebody who asked to open a clinic.
type signUpArgs struct {
	SignUpID uuid.UUID `json:"signup_id"`
}

func (signUpArgs) Kind() string { return "accounts_signup" }

type signUpWorker struct {
	river.WorkerDefaults[signUpArgs]
	StaffLetters
}

// Work writes the link to open the clinic or, to somebody who has an account already, how to go on with it. The page
// that was asked said the same in both cases.
func (w *signUpWorker) Work(ctx context.Context, job *river.Job[signUpArgs]) error {
	keys, err := w.Vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	token, hash := newLinkToken()
	var asked SignUp
	known := false
	err = w.DB.AsSystem(ctx, "write to somebody who wants to open a clinic", func(tx *gorm.DB) error {
		if asked, err = signUpToSend(tx, keys, job.Args.SignUpID, w.Now()); err != nil {
			return err
		}
		_, err = FindUser(tx, keys, asked.Email)
		if known = err == nil; known || !fault.IsNotFound(err) {
			return err
		}
		return tx.Exec("update signups set token_hash = ?, sent_at = ? where id = ?", hash, w.Now(), job.Args.SignUpID).Error
	})
	if fault.IsNotFound(err) {
		return nil // used or too old meanwhile
	}
	if err != nil {
		return err
	}
	if known {
		return w.Mail.Send(ctx, w.knownLetter(asked))
	}
	return w.Mail.Send(ctx, w.newLetter(asked, token))
}

func (w *signUpWorker) newLetter(asked SignUp, token string) mail.Letter {
	text := fmt.Sprintf(`Hola:

Alguien, esperamos que usted, pidió abrir «%s» en Hampi con este correo.

Para confirmar que el correo es suyo y continuar, abra este enlace:
%s/empezar/confirmar/%s

El enlace sirve una vez, durante %d horas.
Si no lo pidió usted, no haga nada: sin el enlace no se crea ninguna cuenta.
`, inLetter(asked.Clinic.Name), w.Address(), token, int(SignUpLife.Hours()))
	return mail.Letter{To: asked.Email, Subject: "Confirme su correo para abrir " + inLetter(asked.Clinic.Name), Text: text}
}

func (w *signUpWorker) knownLetter(asked SignUp) mail.Letter {
	text := fmt.Sprintf(`Hola:

Alguien, esperamos que usted, pidió abrir «%s» en Hampi con este correo, que ya tiene una cuenta.

Para abrir otra clínica con su cuenta, ingrese y vuelva a esta página:
%s/empezar

Si olvidó su contraseña: %s/recuperar
Si no lo pidió usted, no haga nada: no se creó ni cambió nada.
`, inLetter(asked.Clinic.Name), w.Address(), w.Address())
	return mail.Letter{To: asked.Email, Subject: "Su correo ya tiene una cuenta en Hampi", Text: text}
}
