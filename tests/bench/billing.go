//go:build !js

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"

	"hampi/modules/billing"
	"hampi/modules/billing/nubefact"
	"hampi/modules/platform/jobs"
)

const (
	monthOfDocuments = 20_000
	monthTarget      = 300 * time.Millisecond
	chargeTarget     = 30 * time.Millisecond
	documentTarget   = 150 * time.Millisecond // a document's PDF

	drained       = 10_000 // documents sent in one go
	drainedSeries = 5
	drainTarget   = 50 // documents a second
	slowAnswer    = 10 * time.Millisecond
	growthAllowed = 16 << 20 // bytes that the heap may differ between the beginning and the end
)

// billingLines are the pages of the desk and of the books.
func (h *house) billingLines(ctx context.Context, c *clinic, reception, office *desk) ([]line, error) {
	first, err := h.monthOfDocuments(ctx, c)
	if err != nil {
		return nil, err
	}
	month := moment.AddDate(0, -1, 0).Format("2006-01")
	always := func(address string) func(int) *http.Request { return func(int) *http.Request { return get(address) } }
	return []line{
		{name: "charging screen", target: chargeTarget, desk: reception, request: func(n int) *http.Request {
			return get("/cobros/nuevo?paciente=" + c.patientID(n%c.patients).String())
		}},
		{name: "documents, newest first", desk: reception, request: always("/comprobantes")},
		{name: "document, PDF", target: documentTarget, desk: reception, request: always("/comprobantes/" + first.String() + "/pdf")},
		{name: fmt.Sprintf("month of %d documents", monthOfDocuments), target: monthTarget, desk: office, request: always("/reportes/ventas?mes=" + month)},
	}, nil
}

// monthOfDocuments finds those of an earlier run, or writes them: paid boletas of last month.
func (h *house) monthOfDocuments(ctx context.Context, c *clinic) (first uuid.UUID, err error) {
	const code = "BM02"
	first = c.documentID(code, 1, "document")
	var there int
	if err := h.admin.QueryRow(ctx, "select count(*) from invoices where clinic_id = $1 and series_id = $2", c.id, c.named("series", code)).Scan(&there); err != nil || there == monthOfDocuments {
		return first, err
	}
	say("writing a month of %d documents for %s", monthOfDocuments, c.slug)
	if err := errors.Join(h.dropSeries(ctx, c, code), h.addSeries(ctx, c, code, monthOfDocuments)); err != nil {
		return first, err
	}
	keys, err := h.vault.Keys(ctx, c.id)
	if err != nil {
		return first, err
	}
	b := newBatch(c, keys, code, billing.Accepted)
	b.paid = c.named("cash", "open")
	begin := time.Date(moment.Year(), moment.Month()-1, 1, 9, 0, 0, 0, lima)
	const between = 29 * 24 * time.Hour / monthOfDocuments
	for n := range monthOfDocuments {
		if err := b.add(n+1, begin.Add(time.Duration(n)*between)); err != nil {
			return first, err
		}
	}
	const register = `insert into cash_sessions (clinic_id, id, site_id, membership_id, opened_at, opening_amount) values ($1, $2, $3, $4, $5, 100) on conflict do nothing`
	if _, err := h.admin.Exec(ctx, register, c.id, b.paid, c.sites[0], c.reception().member, moment.Add(-time.Hour)); err != nil {
		return first, fmt.Errorf("open a cash register: %w", err)
	}
	if err := h.loadBatch(ctx, b); err != nil {
		return first, err
	}
	_, err = h.admin.Exec(ctx, "vacuum analyze invoices, invoice_contents, invoice_items, invoice_states, payments") // as the database does by itself
	return first, err
}

// measureDrain sends ten thousand documents over five series at once, as the worker's jobs do, to a service that takes ten
// milliseconds for each: how many a second, and what the heap is at the beginning and at the end.
func (h *house) measureDrain(ctx context.Context, to io.Writer) error {
	c := clinicOf("chica")
	series, err := h.queueDocuments(ctx, c)
	if err != nil {
		return err
	}
	service := &obliging{heaps: map[int]uint64{drained / 10: 0, drained: 0}}
	server := httptest.NewServer(service)
	defer server.Close()
	ledger := billing.NewLedger(h.vault)
	way := nubefact.New(nil).For(nubefact.Account{Route: server.URL + "/api/v1/ruta", Token: "clave"})
	drain := billing.NewDrain(ledger, oneWay{way}, nothingLater{}, h.now)
	in := func(ctx context.Context, f func(ctx context.Context) error) error {
		return h.db.InClinic(ctx, jobs.Scope(c.id, 1), f)
	}

	began := time.Now()
	errs := make([]error, len(series))
	var all sync.WaitGroup
	for i, id := range series {
		all.Go(func() { _, errs[i] = drain.Series(ctx, in, id) })
	}
	all.Wait()
	took := time.Since(began)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var accepted int
	const count = "select count(*) from invoice_states where clinic_id = $1 and series_id = any($2) and state = 'accepted'"
	if err := h.admin.QueryRow(ctx, count, c.id, series).Scan(&accepted); err != nil {
		return err
	}
	if accepted != drained {
		return fmt.Errorf("%d of %d documents were accepted", accepted, drained)
	}
	rate, early, late := float64(drained)/took.Seconds(), service.heaps[drained/10], service.heaps[drained]
	fmt.Fprintf(to, "Emission of %d documents over %d series to a service of %d ms: %.0f a second%s. Target: %d%s. Heap of the worker after %d documents %.1f MB, after all %.1f MB. Target: flat%s.\n",
		drained, drainedSeries, slowAnswer.Milliseconds(), rate, busyness(), drainTarget, missedIf(rate < drainTarget),
		drained/10, float64(early)/1e6, float64(late)/1e6, missedIf(late > early+growthAllowed))
	return nil
}

// queueDocuments writes documents that wait, as new as any, in place of those of an earlier run.
func (h *house) queueDocuments(ctx context.Context, c *clinic) ([]uuid.UUID, error) {
	keys, err := h.vault.Keys(ctx, c.id)
	if err != nil {
		return nil, err
	}
	var series []uuid.UUID
	for s := range drainedSeries {
		code, each := fmt.Sprintf("BD%02d", s+1), drained/drainedSeries
		if err := errors.Join(h.dropSeries(ctx, c, code), h.addSeries(ctx, c, code, each)); err != nil {
			return nil, err
		}
		b := newBatch(c, keys, code, billing.Queued)
		for n := range each {
			if err := b.add(n+1, moment); err != nil {
				return nil, err
			}
		}
		if err := h.loadBatch(ctx, b); err != nil {
			return nil, err
		}
		series = append(series, b.series)
	}
	_, err = h.admin.Exec(ctx, "analyze invoices, invoice_contents, invoice_states, invoice_events")
	return series, err
}

type oneWay struct{ emitter billing.Emitter }

func (o oneWay) Of(context.Context) (billing.Emitter, error) { return o.emitter, nil }

type nothingLater struct{}

func (nothingLater) Send(context.Context, uuid.UUID) error              { return nil }
func (nothingLater) Test(context.Context) error                         { return nil }
func (nothingLater) Follow(context.Context, uuid.UUID, time.Time) error { return nil }
func (nothingLater) File(context.Context, uuid.UUID, time.Time) error   { return nil }

// obliging plays NubeFact with nothing to remember, so that the heap is the worker's: it takes everything, ten milliseconds
// later. (What the stand-in of tests/fakes holds would be measured with it.)
type obliging struct {
	mu    sync.Mutex
	taken int
	heaps map[int]uint64 // by how many documents were taken, to be filled
}

func (o *obliging) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Kind   json.Number `json:"tipo_de_comprobante"`
		Series string      `json:"serie"`
		Number json.Number `json:"numero"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o.count()
	<-time.After(slowAnswer)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"tipo_de_comprobante":%s,"serie":%q,"numero":%s,"enlace":"http://x/cpe","aceptada_por_sunat":true,"sunat_responsecode":"0","sunat_description":"La Boleta ha sido aceptada","codigo_hash":"x"}`,
		asked.Kind, asked.Series, asked.Number)
}

// count weighs the heap where it is asked for.
func (o *obliging) count() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken++
	if _, wanted := o.heaps[o.taken]; !wanted {
		return
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	o.heaps[o.taken] = m.HeapAlloc
}
