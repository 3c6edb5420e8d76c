package accounts

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// InvitationLife is how long a link in a letter of invitation lets somebody in.
const InvitationLife = 7 * 24 * time.Hour

// Invitation offers somebody a place in the clinic; the letter goes to Email, and only its owner may accept.
type Invitation struct {
	ID        uuid.UUID
	Email     string
	Profile   Profile
	Work      Work
	ExpiresAt time.Time
	SentAt    *time.Time
	Version   int64
}

// Problems says what is wrong with what was typed, by form field.
func (i Invitation) Problems() fault.Problems {
	problems := i.Profile.Problems(slices.Contains(i.Work.Roles, Doctor))
	problems.Add("correo", EmailProblem(i.Email))
	for field, sentence := range i.Work.Problems() {
		problems.Add(field, sentence)
	}
	return problems
}

// Standing is what has become of an open invitation, in words.
func (i Invitation) Standing(now time.Time) string {
	switch {
	case !now.Before(i.ExpiresAt):
		return "Venció"
	case i.SentAt == nil:
		return "Por enviar"
	}
	return "Enviada"
}

// Refusals about invitations.
var (
	ErrInvited    = fault.ConflictAt("correo", "Ya hay una invitación abierta para ese correo. Puede enviarla otra vez.")
	ErrLogInFirst = fault.Conflicted("log_in_first", "Ese correo ya tiene una cuenta. Ingrese con ella y abra otra vez el enlace.")
	ErrNotYours   = fault.Conflicted("not_yours", "La invitación es para otra persona. Salga e ingrese con el correo que la recibió.")
)
