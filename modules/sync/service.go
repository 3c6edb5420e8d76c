//go:build !js

package sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// Devices knows the registered devices.
type Devices interface {
	// Known tells what the clinic knows of a device of the person of ctx. It is asked in the clinic's transaction.
	Known(ctx context.Context, id uuid.UUID) (Badge, error)
	// Seen writes down, in the clinic's transaction, that a known device called.
	Seen(ctx context.Context, id uuid.UUID, contact Contact) error
}

// Badge is what the clinic knows of a device.
type Badge struct {
	Known   bool   // whoever asks registered it
	Revoked bool   // and it was revoked since
	Title   string // "Equipo 3 · Recepción"
	Number  int64  // 3
}

// Jobs makes sure that what a crash leaves in the queue is taken up again.
type Jobs interface {
	// Finish asks, in the transaction of ctx, for a clinic's queue to be gone through after a moment.
	Finish(ctx context.Context, clinic uuid.UUID, after time.Time) error
}

// Metrics counts what operators watch; no label names a person or a clinic.
type Metrics interface {
	Operation(entity, result string)
	Conflict(entity, cause string)
	Download(reason string)
	QueueAge(age time.Duration)
}

// Config is what synchronisation needs.
type Config struct {
	Store Store
	// Entities in the order of a first download: what others refer to comes first.
	Entities []Entity
	Devices  Devices                                    // nil: a log-in is a device
	Profile  func(ctx context.Context) (Profile, error) // nil: none is sent
	Jobs     Jobs                                       // nil: only requests empty the queue
	Metrics  Metrics                                    // nil: nothing is counted
	Now      clock.Now
	Log      *slog.Logger
}

// Service takes in what devices did and gives out what changed.
type Service struct {
	Config
	byName map[string]Entity
}

// New offers the modules' entities, and the conflicts themselves.
func New(c Config) *Service {
	s := &Service{Config: c, byName: map[string]Entity{}}
	if s.Metrics == nil {
		s.Metrics = uncounted{}
	}
	s.Entities = append(append([]Entity{}, c.Entities...), &conflicts{s})
	for _, e := range s.Entities {
		s.byName[e.Name()] = e
	}
	return s
}

// Call is how a request came in; who sends it is access.Who(ctx).
type Call struct {
	Device  uuid.UUID // as X-Device-Id named it; zero for none
	Profile string    // hash of the profile that the device holds
	Sent    time.Time // by the device's own clock; zero when it did not say
	Unsent  int       // what the device holds beyond this request

	title         string // of the device, once it was admitted
	number        int64  // of it in the clinic
	RequestID, IP string
}

// Refusals of a whole request. Nothing of it is kept.
var (
	ErrTooMany = errors.New("more operations than one request takes")
	// A device holds one person's data of one clinic: whoever is signed in meanwhile must not fill it, nor send its work.
	ErrNotTheirs = &fault.Fault{Kind: fault.Forbidden, Code: "device_unknown", Message: "Este equipo guarda datos de otra persona o de otra clínica."}
	ErrRevoked   = &fault.Fault{Kind: fault.Forbidden, Code: "device_revoked", Message: "Este dispositivo ya no está autorizado."}
)

// EpochError asks a device that knows more than the server (a backup was restored) to begin anew.
type EpochError struct{ Epoch uuid.UUID }

func (e *EpochError) Error() string { return "the cursor is ahead of epoch " + e.Epoch.String() }

// Sync carries out what a device did and tells it what changed. An error refuses the whole request; what was wrong
// with one operation is its own result.
func (s *Service) Sync(ctx context.Context, call Call, r Request) (Response, error) {
	received := make([]incoming, len(r.Operations))
	for i, op := range r.Operations {
		received[i] = incoming{op: op}
	}
	return s.sync(ctx, call, received, r.LastSync)
}

func (s *Service) sync(ctx context.Context, call Call, received []incoming, last *string) (Response, error) {
	who := access.Who(ctx)
	if who.ClinicID == uuid.Nil {
		return Response{}, fault.ErrForbidden
	}
	if len(received) > MaxOperations {
		return Response{}, ErrTooMany
	}
	author := Author{Clinic: who.ClinicID, User: who.UserID, RequestID: call.RequestID, IP: call.IP}
	answer := Response{Applied: []offline.Result{}, Conflicts: []Disagreement{}, Updates: []offline.Change{}}
	var place cursor
	err := s.Store.Transact(ctx, author, func(ctx context.Context) error {
		device, err := s.admit(ctx, &call)
		if err != nil {
			return err
		}
		if place, err = s.openCursor(ctx, last); err != nil {
			return err
		}
		if len(received) == 0 {
			return s.pull(ctx, call, place, &answer)
		}
		return s.keep(ctx, who, device, received)
	})
	if err != nil || len(received) == 0 {
		return answer, err
	}
	if err := s.carryOut(ctx, author, received, &answer); err != nil {
		return answer, err
	}
	return answer, s.Store.Transact(ctx, author, func(ctx context.Context) error { return s.pull(ctx, call, place, &answer) })
}

// admit names the device of a request: a registered one, or the log-in.
func (s *Service) admit(ctx context.Context, call *Call) (string, error) {
	if call.Device != uuid.Nil && s.Devices != nil {
		badge, err := s.Devices.Known(ctx, call.Device)
		switch {
		case err != nil:
			return "", fmt.Errorf("look the device up: %w", err)
		case !badge.Known:
			return "", ErrNotTheirs
		case badge.Revoked:
			return "", ErrRevoked
		}
		call.title, call.number = badge.Title, badge.Number
		return call.Device.String(), s.Devices.Seen(ctx, call.Device, s.contact(*call))
	}
	if login := access.Who(ctx).LoginID; login != uuid.Nil {
		return login.String(), nil
	}
	return "", nil
}

// contact is what a request tells of its device.
func (s *Service) contact(call Call) Contact {
	c := Contact{Unsent: call.Unsent}
	if !call.Sent.IsZero() {
		c.Skew = s.Now().Sub(call.Sent)
	}
	return c
}

// crashed is how long after a batch came in whatever still lies in the queue was left there by a crash.
const crashed = time.Minute

// keep stores the operations before anything is carried out.
func (s *Service) keep(ctx context.Context, who access.Identity, device string, received []incoming) error {
	now := s.Now()
	arrivals := make([]Arrival, 0, len(received))
	for i := range received {
		in := &received[i]
		if in.refused != nil {
			continue
		}
		if err := in.complete(who.ClinicID, who.UserID); err != nil {
			return err
		}
		arrivals = append(arrivals, Arrival{Operation: in.op, Hash: in.hash, UserID: who.UserID, Device: device, ReceivedAt: now})
	}
	if len(arrivals) == 0 {
		return nil
	}
	if err := s.Store.Enqueue(ctx, arrivals); err != nil {
		return fmt.Errorf("store the batch: %w", err)
	}
	if s.Jobs == nil {
		return nil
	}
	return s.Jobs.Finish(ctx, who.ClinicID, now.Add(crashed))
}

// window is what a device of the person of ctx holds now.
func (s *Service) window(ctx context.Context) offline.Window {
	zone, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return offline.WindowAt(s.Now(), zone)
}

type uncounted struct{}

func (uncounted) Operation(string, string) {}
func (uncounted) Conflict(string, string)  {}
func (uncounted) Download(string)          {}
func (uncounted) QueueAge(time.Duration)   {}
