//go:build !js

package hce

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/platform/database"
)

// Queue is what the record asks of the job queue: news leaves only if what it is about was stored.
type Queue interface {
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) error
}

// queued tells others by jobs in the same transaction.
type queued struct{ queue Queue }

// NewEvents tells of what happens to the record by jobs.
func NewEvents(queue Queue) Events { return queued{queue} }

// emergencyArgs tells a clinic's administrators that somebody opened a record in an emergency.
type emergencyArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
	AccessID uuid.UUID `json:"access_id"`
	Own      bool      `json:"own,omitempty"` // by an appointment that the professional made
}

func (emergencyArgs) Kind() string { return "hce_emergency" }

// EmergencyOpened writes to the administration.
func (q queued) EmergencyOpened(ctx context.Context, a EmergencyAccess) error {
	return q.queue.Insert(ctx, emergencyArgs{ClinicID: database.ScopeOf(ctx).ClinicID, AccessID: a.ID, Own: a.AppointmentID != nil}, nil)
}

// Letters is what the record's jobs ask of whoever writes letters.
type Letters interface {
	// TellAdmins writes to every administrator of a clinic.
	TellAdmins(ctx context.Context, clinic uuid.UUID, subject, text string) error
}

// AddWorkers adds the jobs of the record. address is how people reach the program, without a slash at the end.
func AddWorkers(workers *river.Workers, letters Letters, address func() string) {
	river.AddWorker(workers, &emergencyWorker{letters: letters, address: address})
}

type emergencyWorker struct {
	river.WorkerDefaults[emergencyArgs]
	letters Letters
	address func() string
}

// Work writes that it happened and where to look; who and whose stay behind the log-in.
func (w *emergencyWorker) Work(ctx context.Context, job *river.Job[emergencyArgs]) error {
	subject, what := "Una historia se abrió en emergencia", "Se abrió una historia clínica en emergencia."
	if job.Args.Own {
		subject, what = "Una historia se abrió con una cita propia", "Un profesional abrió una historia que es de otros con una cita que se dio a sí mismo."
	}
	text := fmt.Sprintf("%s Vea quién la abrió, la de quién y por qué:\n\n%s/configuracion/emergencias", what, w.address())
	return w.letters.TellAdmins(ctx, job.Args.ClinicID, subject, text)
}
