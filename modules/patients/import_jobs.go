//go:build !js

package patients

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/jobs"
)

// batchSize is how many rows are taken over in one transaction: few enough that others hardly wait.
const batchSize = 200

// Importer takes lists from files over into the register.
type Importer struct {
	db     *database.DB
	store  *Postgres
	places Places
	queue  *jobs.Queue
	now    clock.Now
}

// NewImporter needs the database itself, because a list is taken over in many transactions.
// Without places no district is checked.
func NewImporter(db *database.DB, store *Postgres, places Places, queue *jobs.Queue, now clock.Now) *Importer {
	return &Importer{db: db, store: store, places: places, queue: queue, now: now}
}

// upload reads a file and keeps it, sealed, until somebody says which column holds what. The same id again changes nothing.
func (i *Importer) upload(ctx context.Context, scope database.Scope, id uuid.UUID, file string, content []byte) error {
	read, err := readList(content) // before the transaction: it may take a second
	if err != nil {
		return err
	}
	now, who := i.now(), access.Who(ctx)
	row := importRow{ID: id, State: importUploaded, Mapping: GuessMapping(read.Head), Rows: len(read.Rows), By: who.UserID, SiteID: optional(who.SiteID),
		Version: 1, CreatedAt: now, UpdatedAt: now}
	err = i.db.InClinic(ctx, scope, func(ctx context.Context) error {
		return i.store.addImport(ctx, row, importHead{File: tidyFileName(file), Head: read.Head}, batchesOf(read.Rows))
	})
	if database.Violates(err, "patient_imports_pkey") {
		return nil
	}
	return err
}

func tidyFileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if letters := []rune(name); len(letters) > 100 {
		name = string(letters[:100])
	}
	return name
}

func batchesOf(rows [][]string) [][]listedRow {
	var batches [][]listedRow
	for start := 0; start < len(rows); start += batchSize {
		var batch []listedRow
		for n, cells := range rows[start:min(start+batchSize, len(rows))] {
			batch = append(batch, listedRow{Line: start + n + 2, Cells: cells})
		}
		batches = append(batches, batch)
	}
	return batches
}

// start begins to take a list over with that mapping; a list that runs already goes on, should its job have died.
func (i *Importer) start(ctx context.Context, id uuid.UUID, mapping Mapping) error {
	row, head, err := i.store.importOf(ctx, id)
	if err != nil {
		return err
	}
	if row.State == importUploaded {
		if err := mapping.Problems(len(head.Head)).Err(); err != nil {
			return err
		}
		row.Mapping = mapping
		now := i.now()
		changes := map[string]any{"state": importRunning, "mapping": jsonOf(mapping), "started_at": now, "updated_at": now}
		if err := i.store.setImport(ctx, id, []importState{importUploaded}, changes); err != nil {
			return err
		}
	} else if row.State != importRunning {
		return fault.ErrNotFound
	}
	return i.queue.Insert(ctx, ImportArgs{ClinicID: database.ScopeOf(ctx).ClinicID, ImportID: id}, &river.InsertOpts{MaxAttempts: 10})
}

// discard forgets a list that was not begun.
func (i *Importer) discard(ctx context.Context, id uuid.UUID) error {
	if err := i.store.setImport(ctx, id, []importState{importUploaded}, map[string]any{"state": importDiscarded, "updated_at": i.now()}); err != nil {
		return err
	}
	return i.store.forgetRows(ctx, id)
}

// ImportArgs name the list to take over.
type ImportArgs struct {
	ClinicID uuid.UUID `json:"clinic_id"`
	ImportID uuid.UUID `json:"import_id"`
}

// Kind names the job.
func (ImportArgs) Kind() string { return "patients_import" }

type importWorker struct {
	river.WorkerDefaults[ImportArgs]
	importer *Importer
}

// AddWorkers adds the jobs of the register.
func AddWorkers(workers *river.Workers, importer *Importer) error {
	return river.AddWorkerSafely(workers, &importWorker{importer: importer})
}

// Timeout leaves a list of the largest size its time.
func (importWorker) Timeout(*river.Job[ImportArgs]) time.Duration { return 15 * time.Minute }

func (w *importWorker) Work(ctx context.Context, job *river.Job[ImportArgs]) error {
	return w.importer.Run(ctx, jobs.Scope(job.Args.ClinicID, job.ID), job.Args.ImportID)
}

// Run takes over what is left of a list, batch by batch. It may be stopped and repeated at any time: a batch and its
// people are one transaction. Two at once share the work.
func (i *Importer) Run(ctx context.Context, scope database.Scope, id uuid.UUID) error {
	for more := true; more; {
		err := i.db.InClinic(ctx, scope, func(ctx context.Context) (err error) {
			more, err = i.step(ctx, id)
			return err
		})
		if err != nil && !database.Retryable(err) {
			return err
		}
		more = more || err != nil
	}
	return i.db.InClinic(ctx, scope, func(ctx context.Context) error { return i.store.endImport(ctx, id, i.now()) })
}

// step takes one batch over; false when none is left.
func (i *Importer) step(ctx context.Context, id uuid.UUID) (bool, error) {
	row, _, err := i.store.importOf(ctx, id)
	if fault.IsNotFound(err) || err == nil && row.State != importRunning {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	batch, found, err := i.store.nextBatch(ctx, id)
	if err != nil || !found {
		return false, err
	}
	rows, err := i.store.rowsOf(ctx, batch)
	if err != nil {
		return false, err
	}
	added, report, err := i.takeOver(ctx, row, rows)
	if err != nil {
		return false, err
	}
	return true, i.store.closeBatch(ctx, batch, added, report, i.now())
}

// takeOver registers the rows that can be; the others are reported.
func (i *Importer) takeOver(ctx context.Context, list importRow, rows []listedRow) (added int, report []reportRow, err error) {
	var people []Patient
	var lines []listedRow
	today := DateOf(i.now().In(time.FixedZone("America/Lima", -5*60*60)))
	for _, row := range rows {
		r, problems := list.Mapping.Registration(uuid.Must(uuid.NewV7()), row.Cells, today)
		r.unknownDistrict(problems, i.places)
		if len(problems) > 0 {
			report = append(report, reportRow{listedRow: row, Reasons: sentences(problems)})
			continue
		}
		people, lines = append(people, i.person(list, r)), append(lines, row)
	}
	added, refused, err := i.add(ctx, people, lines)
	report = append(report, refused...)
	slices.SortFunc(report, func(a, b reportRow) int { return a.Line - b.Line })
	return added, report, err
}

func (i *Importer) person(list importRow, r Registration) Patient {
	now := i.now()
	p := Patient{ID: r.ID, Version: 1, RecordNumber: TidyRecordNumber(r.RecordNumber), Demographics: r.Demographics, Clock: Clock{},
		RegisteredSite: orNil(list.SiteID), RegisteredBy: list.By, CreatedAt: now, UpdatedAt: now}
	for _, g := range Groups() {
		p.Clock[g] = Stamp{At: now, By: list.By, Version: 1}
	}
	return p
}

// add keeps all people at once. Should somebody be known already, those are left out; should the rest still be refused,
// they come one by one.
func (i *Importer) add(ctx context.Context, people []Patient, lines []listedRow) (added int, refused []reportRow, err error) {
	people, lines, refused = withoutTwins(people, lines)
	if len(people) == 0 {
		return 0, refused, nil
	}
	if _, err = i.store.Add(ctx, people); err == nil {
		return len(people), refused, nil
	}
	taken, err := i.store.takenDocuments(ctx, people)
	if err != nil {
		return 0, nil, err
	}
	for n, p := range people {
		if taken[p.Document] {
			refused = append(refused, knownRow(lines[n], p))
			continue
		}
		_, err := i.store.Add(ctx, []Patient{p})
		switch {
		case err == nil:
			added++
		case errors.Is(err, ErrDocumentTaken):
			refused = append(refused, knownRow(lines[n], p))
		case errors.Is(err, ErrRecordTaken):
			refused = append(refused, reportRow{lines[n], false, "El número de historia " + p.RecordNumber + " ya es de otra persona."})
		default:
			return 0, nil, err
		}
	}
	return added, refused, nil
}

func knownRow(row listedRow, p Patient) reportRow {
	return reportRow{row, true, "Ya está en el registro con " + p.Document.Label() + "."}
}

// withoutTwins leaves out rows whose document stands in a row before.
func withoutTwins(people []Patient, lines []listedRow) (kept []Patient, keptLines []listedRow, twins []reportRow) {
	first := map[Document]int{}
	for n, p := range people {
		if before, twice := first[p.Document]; twice && p.Document.Type != None {
			twins = append(twins, reportRow{lines[n], true, "Mismo documento que la fila " + itoa(before) + "."})
			continue
		}
		first[p.Document] = lines[n].Line
		kept, keptLines = append(kept, p), append(keptLines, lines[n])
	}
	return kept, keptLines, twins
}

// sentences joins what is wrong with a row, in the order of the columns.
func sentences(problems fault.Problems) string {
	var all []string
	for _, c := range ImportColumns() {
		if sentence := problems[c.Field]; sentence != "" {
			all = append(all, c.Label+": "+sentence)
		}
	}
	for field, sentence := range problems {
		if !slices.ContainsFunc(ImportColumns(), func(c Column) bool { return c.Field == field }) {
			all = append(all, sentence)
		}
	}
	return strings.Join(all, " ")
}
