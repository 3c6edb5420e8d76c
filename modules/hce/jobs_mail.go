//go:build !js

package hce

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/mail"
	"hampi/modules/platform/paper"
	"hampi/views"
)

// byMail sends prescriptions by e-mail.
type byMail struct{ queue Queue }

// NewMailSender sends prescriptions by e-mail, through the queue.
func NewMailSender(queue Queue) Sender { return byMail{queue} }

func (byMail) Way() string   { return "correo" }
func (byMail) Label() string { return "Enviar por correo" }

func (byMail) Address(p patients.Patient) string { return p.Email }

func (m byMail) Send(ctx context.Context, prescription uuid.UUID) error {
	args := prescriptionMailArgs{ClinicID: database.ScopeOf(ctx).ClinicID, RecordID: prescription, ByID: access.Who(ctx).MembershipID}
	return m.queue.Insert(ctx, args, nil)
}

// prescriptionMailArgs asks to send a prescription to its patient.
type prescriptionMailArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
	RecordID uuid.UUID `json:"record_id"`
	ByID     uuid.UUID `json:"by_id"` // membership
}

func (prescriptionMailArgs) Kind() string { return "hce_prescription_mail" }

// AddMailWorkers adds the job that sends prescriptions by e-mail.
func AddMailWorkers(workers *river.Workers, db *database.DB, record *Service, letters mail.Sender) {
	river.AddWorker(workers, &prescriptionMailWorker{db: db, record: record, letters: letters})
}

type prescriptionMailWorker struct {
	river.WorkerDefaults[prescriptionMailArgs]
	db      *database.DB
	record  *Service
	letters mail.Sender
}

// Work sends the letter. What was annulled meanwhile, or has nobody to go to any more, is sent to nobody.
func (w *prescriptionMailWorker) Work(ctx context.Context, job *river.Job[prescriptionMailArgs]) error {
	var letter mail.Letter
	err := w.db.InClinic(ctx, jobs.Scope(job.Args.ClinicID, job.ID), func(ctx context.Context) (err error) {
		letter, err = w.record.prescriptionLetter(ctx, job.Args.RecordID)
		return err
	})
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Conflict:
		return river.JobCancel(err)
	}
	if err != nil {
		return err
	}
	if err := w.letters.Send(ctx, letter); err != nil {
		return err
	}
	return w.db.InClinic(ctx, jobs.Scope(job.Args.ClinicID, job.ID), func(ctx context.Context) error {
		return w.record.markSent(ctx, job.Args, letter.To)
	})
}

// markSent notes at a prescription that the mail server took it.
func (s *Service) markSent(ctx context.Context, args prescriptionMailArgs, to string) error {
	if args.ByID == uuid.Nil {
		return nil // asked for before anybody noted it
	}
	return s.store.AddSent(ctx, Sent{ID: newID(), RecordID: args.RecordID, Way: byMail{}.Way(), ShownTo: HalfShown(to), By: args.ByID, At: s.now()})
}

// prescriptionLetter is the letter with the prescription in it, to whoever it was prescribed. The subject and the text
// name no medicine and no illness.
func (s *Service) prescriptionLetter(ctx context.Context, id uuid.UUID) (mail.Letter, error) {
	clinic, err := s.Colleagues.Clinic(ctx)
	if err != nil {
		return mail.Letter{}, err
	}
	ctx = access.With(ctx, access.Identity{ClinicID: clinic.ID, TimeZone: clinic.TimeZone}) // nobody asks: a job
	r, err := s.store.Record(ctx, id)
	if err != nil {
		return mail.Letter{}, err
	}
	list, err := s.entries(ctx, []Record{r})
	if err != nil {
		return mail.Letter{}, err
	}
	p, err := s.receta(ctx, list[0], s.Address())
	if err != nil {
		return mail.Letter{}, err
	}
	if p.Entry.Annulled() != nil || p.Person.Email == "" {
		return mail.Letter{}, errNowhere
	}
	picture, err := s.logo(ctx, p.Letter)
	if err != nil {
		return mail.Letter{}, err
	}
	var file bytes.Buffer
	if err := paper.Write(&file, p.document(picture)); err != nil {
		return mail.Letter{}, err
	}
	text := fmt.Sprintf("Adjuntamos su receta del %s, firmada por %s.\n\nPuede comprobar que es auténtica en:\n%s\n\n%s\n",
		views.Day(p.Entry.WrittenAt.In(p.Zone)), p.Entry.Author.Name, p.Verify, joined("\n", append([]string{p.Letter.Name}, p.Letter.Lines...)...))
	return mail.Letter{
		To: p.Person.Email, Subject: "Su receta de " + p.Letter.Name, Text: text,
		Files: []mail.File{{Name: "receta.pdf", Type: "application/pdf", Content: file.Bytes()}},
	}, nil
}
