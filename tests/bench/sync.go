//go:build !js

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

const (
	downloadTarget   = 15 * time.Second
	quietPullTarget  = 15 * time.Millisecond
	operationsTarget = 2 * time.Second
	quietPulls       = 200
)

// measureSync is the server's side of a device over a real connection: its first download, a pull of nothing new, and
// a thousand operations in ten requests.
func (h *house) measureSync(ctx context.Context, to io.Writer, program http.Handler) (err error) {
	c := clinicOf(syncedClinic)
	reception, err := h.signIn(ctx, program, c, c.reception())
	if err != nil {
		return err
	}
	before, err := h.beforeOperations(ctx, c)
	if err != nil {
		return err
	}
	d, stop, err := serve(ctx, reception)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	cursor, err := d.download(ctx, to)
	if err != nil {
		return err
	}
	if cursor, err = d.pullNothing(ctx, to, cursor); err != nil {
		return err
	}
	err = h.operations(ctx, to, d, cursor)
	return errors.Join(err, h.undo(context.WithoutCancel(ctx), c, before))
}

// device is somebody's browser as the server meets it.
type device struct {
	clinic  *clinic
	address string
	client  *http.Client
	cookie  string
	profile string
}

// serve lets the program answer at a local address until stop.
func serve(ctx context.Context, desk *desk) (d *device, stop func() error, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: desk.program, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	var cookies []string
	for name, value := range desk.cookies {
		cookies = append(cookies, name+"="+value)
	}
	d = &device{clinic: desk.clinic, address: "http://" + listener.Addr().String() + sync.Path, client: &http.Client{}, cookie: strings.Join(cookies, "; ")}
	return d, func() error {
		d.client.CloseIdleConnections()
		err := server.Close()
		if closed := <-ended; !errors.Is(closed, http.ErrServerClosed) {
			err = errors.Join(err, closed)
		}
		return err
	}, nil
}

// exchange sends one request and tells how long the answer took, to its last byte, and how many bytes it has.
func (d *device) exchange(ctx context.Context, operations []offline.Operation, cursor string) (answer sync.Response, took time.Duration, size int, err error) {
	request := sync.Request{Operations: slices.Concat([]offline.Operation{}, operations)}
	if cursor != "" {
		request.LastSync = &cursor
	}
	body, err := json.Marshal(request)
	if err != nil {
		return answer, 0, 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.address, bytes.NewReader(body))
	if err != nil {
		return answer, 0, 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", d.cookie)
	r.Header.Set(sync.VersionHeader, sync.ProtocolVersion)
	r.Header.Set(sync.ProfileHeader, d.profile)
	began := time.Now()
	given, err := d.client.Do(r)
	if err != nil {
		return answer, 0, 0, fmt.Errorf("synchronise: %w", err)
	}
	defer given.Body.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(given.Body)
	took = time.Since(began)
	if err != nil {
		return answer, took, 0, fmt.Errorf("synchronise: %w", err)
	}
	if given.StatusCode != http.StatusOK {
		return answer, took, len(text), fmt.Errorf("synchronise: status %d\n%s", given.StatusCode, text[:min(len(text), 3000)])
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, took, len(text), fmt.Errorf("read the answer of the synchronisation: %w", err)
	}
	if answer.Profile != nil {
		d.profile = answer.Profile.Hash
	}
	return answer, took, len(text), nil
}

// download asks for everything until nothing is left, and gives the cursor behind it.
func (d *device) download(ctx context.Context, to io.Writer) (cursor string, err error) {
	var whole time.Duration
	bytes, requests, kinds := 0, 0, map[string]int{}
	for more := true; more; requests++ {
		answer, took, size, err := d.exchange(ctx, nil, cursor)
		if err != nil {
			return "", err
		}
		whole, bytes, cursor, more = whole+took, bytes+size, answer.LastSync, answer.HasMore
		for _, u := range answer.Updates {
			kinds[u.Entity]++
		}
	}
	fmt.Fprintf(to, "First download of a device: %.1f s for %d patients and %d appointments in %d requests, %.1f MB. %s\n",
		whole.Seconds(), kinds["patient"], kinds["appointment"], requests, float64(bytes)/1e6, verdict(whole, downloadTarget))
	return cursor, nil
}

func (d *device) pullNothing(ctx context.Context, to io.Writer, cursor string) (string, error) {
	var took times
	for range warmUp + quietPulls {
		answer, t, _, err := d.exchange(ctx, nil, cursor)
		if err != nil {
			return "", err
		}
		if len(answer.Updates) > 0 {
			return "", fmt.Errorf("%d updates where nothing is new", len(answer.Updates))
		}
		took, cursor = append(took, t), answer.LastSync
	}
	took = took[warmUp:]
	slices.Sort(took)
	fmt.Fprintf(to, "Pull of nothing new: p50 %s ms, p95 %s ms. %s\n", ms(took.at(0.5)), ms(took.at(0.95)), verdict(took.at(0.95), quietPullTarget))
	return cursor, nil
}

// requests and of each kind in a request: a thousand operations in all.
const (
	batches = 10
	ofEach  = 25
)

// operations are ten requests: people registered and booked, and what was just made changed again.
func (h *house) operations(ctx context.Context, to io.Writer, d *device, cursor string) error {
	free, err := h.freeHours(ctx, d.clinic)
	if err != nil {
		return err
	}
	var whole time.Duration
	statements, statuses := 0, map[offline.Status]int{}
	for n := range batches {
		list, err := h.batch(d.clinic, n, free[n*ofEach:(n+1)*ofEach])
		if err != nil {
			return err
		}
		var answer sync.Response
		var took time.Duration
		sent, err := h.trace.during(func() (err error) {
			answer, took, _, err = d.exchange(ctx, list, cursor)
			return err
		})
		if err != nil {
			return err
		}
		statements += len(sent)
		if len(answer.Applied) != len(list) {
			return fmt.Errorf("%d operations were sent and %d answered", len(list), len(answer.Applied))
		}
		for _, a := range answer.Applied {
			if statuses[a.Status]++; a.Status != offline.Created && a.Status != offline.Updated {
				return fmt.Errorf("an operation is %s: %s %s %s", a.Status, a.Code, a.Field, a.Message)
			}
		}
		whole, cursor = whole+took, answer.LastSync
	}
	const all = batches * 4 * ofEach
	fmt.Fprintf(to, "%d operations in %d requests: %.2f s (%d created, %d updated; %.1f statements each). %s\n", all, batches, whole.Seconds(),
		statuses[offline.Created], statuses[offline.Updated], float64(statements)/all, verdict(whole, operationsTarget))
	return nil
}

// batchName is the first name of whoever the measurement registers, so that it finds them again.
const batchName = "Medida"

// batch registers people, books each, then changes both, as a desk does that worked without the server for a while.
func (h *house) batch(c *clinic, n int, hours []freeHour) ([]offline.Operation, error) {
	var list []offline.Operation
	add := func(entity, action string, id uuid.UUID, version int64, data map[string]any) error {
		text, err := json.Marshal(data)
		list = append(list, offline.Operation{
			Entity: entity, Action: action, LocalID: id, Data: text, OpID: uuid.Must(uuid.NewV7()), BaseVersion: version,
			Timestamp: h.now().UTC().Truncate(time.Millisecond),
		})
		return err
	}
	var errs []error
	for i, at := range hours {
		patient, booking := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		doctor := c.doctors()[slices.IndexFunc(c.doctors(), func(p person) bool { return p.member == at.doctor })]
		errs = append(errs,
			add("patient", offline.Create, patient, 0, map[string]any{
				"first_name": batchName, "last_name": "Quispe", "second_last_name": "Huamán", "sex": "F", "birth_date": "1990-05-17",
				"document_type": "DNI", "document_number": fmt.Sprintf("%08d", 90_000_000+n*ofEach+i), "phone": fmt.Sprintf("9%08d", 70_000_000+n*ofEach+i),
			}),
			add("appointment", offline.Create, booking, 0, map[string]any{
				"patient_id": patient, "doctor_id": at.doctor, "service_id": c.services[0], "site_id": doctor.site, "resource_id": doctor.room,
				"start_time": at.start, "end_time": at.start.Add(halfHour), "status": "scheduled", "notes": bookNote,
			}),
			add("patient", offline.Update, patient, 1, map[string]any{"email": fmt.Sprintf("medida%d@example.com", n*ofEach+i)}),
			add("appointment", offline.Update, booking, 1, map[string]any{"status": "confirmed"}))
	}
	return list, errors.Join(errs...)
}

// beforeOperations is the number of the clinic's last change as it was loaded, after taking back what a cut run left.
func (h *house) beforeOperations(ctx context.Context, c *clinic) (int64, error) {
	var last int64
	const query = `select (select count(*) from patients where clinic_id = $1 and first_name <> $2)
		+ (select count(*) from appointments where clinic_id = $1 and notes <> $3)`
	if err := h.admin.QueryRow(ctx, query, c.id, batchName, bookNote).Scan(&last); err != nil {
		return 0, fmt.Errorf("read the clinic's change number: %w", err)
	}
	return last, h.undo(ctx, c, last)
}

// undo removes what the operations wrote, with everything written beside it.
func (h *house) undo(ctx context.Context, c *clinic, last int64) error {
	_, err := h.admin.Exec(ctx, fmt.Sprintf(`
		begin;
		set local session_replication_role = replica;
		create temporary table gone on commit drop as select id from patients where clinic_id = '%[1]s' and first_name = '%[2]s';
		delete from appointment_events where clinic_id = '%[1]s' and appointment_id in
			(select id from appointments where clinic_id = '%[1]s' and notes = '%[3]s');
		delete from appointments where clinic_id = '%[1]s' and notes = '%[3]s';
		delete from patient_words where clinic_id = '%[1]s' and patient_id in (select id from gone);
		delete from patient_documents where clinic_id = '%[1]s' and patient_id in (select id from gone);
		delete from patient_contacts where clinic_id = '%[1]s' and patient_id in (select id from gone);
		delete from patients where clinic_id = '%[1]s' and id in (select id from gone);
		delete from sync_conflicts where clinic_id = '%[1]s';
		delete from sync_queue where clinic_id = '%[1]s';
		delete from sync_ops where clinic_id = '%[1]s';
		delete from audit_log where clinic_id = '%[1]s';
		delete from change_log where clinic_id = '%[1]s' and seq > %[4]d;
		update change_counters set seq = %[4]d where clinic_id = '%[1]s';
		commit`, c.id, batchName, bookNote, last))
	return err
}
