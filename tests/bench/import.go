//go:build !js

package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/demo"
	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/jobs"
)

const importedRows = 10_000

// measureImport lets one of the other clinics take over a list, from the upload to the last row, and takes it back.
func (h *house) measureImport(ctx context.Context, to io.Writer, program http.Handler) error {
	c := clinics()[2]
	admin := c.admin()
	office, err := h.signIn(ctx, program, c, admin)
	if err != nil {
		return err
	}
	if err := h.dropImported(ctx, c); err != nil {
		return err
	}
	list, head, err := c.list()
	if err != nil {
		return err
	}
	id := uuid.Must(uuid.NewV7())
	began := time.Now()
	if err := office.upload(id, list); err != nil {
		return err
	}
	uploaded := time.Since(began)
	if err := office.begin(id, head); err != nil {
		return err
	}
	queue, err := jobs.NewQueue()
	if err != nil {
		return err
	}
	importer := patients.NewImporter(h.db, patients.NewPostgres(h.vault, h.now), nil, queue, h.now)
	scope := database.Scope{ClinicID: c.id, UserID: admin.user, RequestID: "bench"}
	if err := importer.Run(ctx, scope, id); err != nil {
		return err
	}
	took := time.Since(began)
	var added int
	const count = "select added from patient_imports where clinic_id = $1 and id = $2"
	if err := h.admin.QueryRow(ctx, count, c.id, id).Scan(&added); err != nil {
		return err
	}
	fmt.Fprintf(to, "Import of a CSV with %d rows: %.1f s (upload and preview %.1f s), %.0f rows a second, %d people added. Target: under 60 s.\n",
		importedRows, took.Seconds(), uploaded.Seconds(), importedRows/took.Seconds(), added)
	return h.dropImported(ctx, c)
}

// list is a file of people whom the clinic does not know.
func (c *clinic) list() (content []byte, head []string, err error) {
	head = []string{"DNI", "Nombres", "Apellido paterno", "Apellido materno", "Fecha de nacimiento", "Sexo", "Celular", "Correo", "Dirección"}
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.Write(head); err != nil {
		return nil, nil, err
	}
	inventor, r := demo.NewInventor(), c.dice("list")
	for n := range importedRows {
		d := inventor.Somebody(r)
		row := []string{strconv.Itoa(60_000_000 + n), d.FirstName, d.LastName, d.SecondLastName, d.BirthDate.Format("02/01/2006"), string(d.Sex),
			d.Phone, d.Email, d.Address.Text}
		if err := w.Write(row); err != nil {
			return nil, nil, err
		}
	}
	w.Flush()
	return file.Bytes(), head, w.Error()
}

func (d *desk) upload(id uuid.UUID, content []byte) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("id", id.String()); err != nil {
		return err
	}
	file, err := form.CreateFormFile("archivo", "lista.csv")
	if err != nil {
		return err
	}
	if _, err := file.Write(content); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	r := httptest.NewRequest(http.MethodPost, "/pacientes/importar", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return accepted(d.send(r))
}

func (d *desk) begin(id uuid.UUID, head []string) error {
	form := url.Values{"op_id": {uuid.Must(uuid.NewV7()).String()}}
	for field, column := range patients.GuessMapping(head) {
		form.Set("columna."+field, strconv.Itoa(column))
	}
	return accepted(d.send(post("/pacientes/importar/"+id.String()+"/empezar", form)))
}

func accepted(answer *httptest.ResponseRecorder) error {
	if answer.Code != http.StatusSeeOther {
		body := answer.Body.String()
		return fmt.Errorf("the list is not taken: status %d\n%s", answer.Code, body[:min(len(body), 3000)])
	}
	return nil
}

// dropImported removes who came after the measured moment: nobody but lists.
func (h *house) dropImported(ctx context.Context, c *clinic) error {
	_, err := h.admin.Exec(ctx, fmt.Sprintf(`
		begin;
		set local session_replication_role = replica;
		create temporary table gone on commit drop as select id from patients where clinic_id = '%[1]s' and created_at >= '%[2]s';
		delete from patient_words where clinic_id = '%[1]s' and patient_id in (select id from gone);
		delete from patient_documents where clinic_id = '%[1]s' and patient_id in (select id from gone);
		delete from patient_contacts where clinic_id = '%[1]s' and patient_id in (select id from gone);
		delete from patient_tags where clinic_id = '%[1]s' and patient_id in (select id from gone);
		delete from patients where clinic_id = '%[1]s' and id in (select id from gone);
		delete from patient_import_batches where clinic_id = '%[1]s';
		delete from patient_imports where clinic_id = '%[1]s';
		delete from audit_log where clinic_id = '%[1]s';
		delete from river_job where kind = 'patients_import';
		commit`, c.id, moment.UTC().Format(time.RFC3339)))
	return err
}
