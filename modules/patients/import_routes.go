//go:build !js

package patients

import (
	"encoding/csv"
	"io"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

type importRoutes struct {
	importer *Importer
	service  *Service
}

// ImportRoutes adds the pages that take lists from files over, and those that write them.
func ImportRoutes(r *web.Router, importer *Importer, service *Service) {
	h := importRoutes{importer, service}
	may := web.Needs(accounts.PatientsImport)
	r.GET("/pacientes/importar", h.start, may)
	r.POST("/pacientes/importar", h.upload, may, web.Of(web.OwnTx), web.MaxBody(MaxImportBytes+1<<20))
	r.GET("/pacientes/importar/:id", h.show, may)
	r.GET("/pacientes/importar/:id/avance", h.progress, may, web.Quiet())
	r.POST("/pacientes/importar/:id/empezar", h.begin, may)
	r.POST("/pacientes/importar/:id/descartar", h.discard, may)
	r.POST("/pacientes/importar/:id/informe", h.report, may)
	r.GET("/pacientes/exportar", h.exportDialog, web.Needs(accounts.PatientsExport))
	r.POST("/pacientes/exportar", h.export, web.Needs(accounts.PatientsExport))
}

func importPath(id string) string { return "/pacientes/importar/" + id }

func (h importRoutes) page(c echo.Context, status int, v importView) error {
	return web.Show(c, web.Page{Status: status, Title: "Importar pacientes", Nav: "/pacientes", Back: "/pacientes", Body: importPage(v)})
}

func (h importRoutes) start(c echo.Context) error {
	return h.startAgain(c, http.StatusOK, nil)
}

func (h importRoutes) startAgain(c echo.Context, status int, problems fault.Problems) error {
	ctx := c.Request().Context()
	rows, err := h.importer.store.imports(ctx)
	if err != nil {
		return err
	}
	view := importView{ID: newID(), Problems: problems}
	for _, row := range rows {
		view.Earlier = append(view.Earlier, h.line(c, row))
	}
	return h.page(c, status, view)
}

func (h importRoutes) line(c echo.Context, row importRow) importLine {
	ctx := c.Request().Context()
	when := nearDay(h.service.local(ctx, row.CreatedAt), h.service.today(ctx))
	return importLine{Href: importPath(row.ID.String()), When: when, State: row.State.label(), Rows: row.Rows, Added: row.Added, Known: row.Known, Refused: row.Refused}
}

func (s importState) label() string {
	switch s {
	case importUploaded:
		return "Por confirmar"
	case importRunning:
		return "En curso"
	}
	return "Terminada"
}

// upload keeps the file; a file that cannot be read is refused in words.
func (h importRoutes) upload(c echo.Context) error {
	id, err := uuid.Parse(c.FormValue("id"))
	if err != nil {
		return h.refuseUpload(c, "El formulario está dañado. Vuelva a abrir la página.")
	}
	header, err := c.FormFile("archivo")
	if err != nil {
		return h.refuseUpload(c, "Elija un archivo de Excel (.xlsx) o CSV.")
	}
	if header.Size > MaxImportBytes {
		return h.refuseUpload(c, "El archivo pesa más de 10 MB. Divídalo en partes.")
	}
	file, err := header.Open()
	if err != nil {
		return h.refuseUpload(c, "El archivo llegó incompleto. Intente otra vez.")
	}
	defer file.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(file)
	if err != nil {
		return h.refuseUpload(c, "El archivo llegó incompleto. Intente otra vez.")
	}
	err = h.importer.upload(c.Request().Context(), web.ScopeOf(c), id, header.Filename, content)
	if problems, ok := fault.Fields(err); ok {
		return h.refuseUpload(c, problems["archivo"])
	}
	if err != nil {
		return err
	}
	return web.Leave(c, importPath(id.String()))
}

// refuseUpload shows the form again; the file itself is chosen again, as browsers ask.
func (h importRoutes) refuseUpload(c echo.Context, sentence string) error {
	return h.page(c, http.StatusUnprocessableEntity, importView{ID: newID(), Problems: fault.Problems{"archivo": sentence}})
}

func (h importRoutes) idOf(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, fault.ErrNotFound
	}
	return id, nil
}

// show is the list where it stands: its preview and mapping, its progress, or what became of it.
func (h importRoutes) show(c echo.Context) error {
	view, err := h.view(c)
	if err != nil {
		return err
	}
	return h.page(c, http.StatusOK, view)
}

func (h importRoutes) view(c echo.Context) (importView, error) {
	id, err := h.idOf(c)
	if err != nil {
		return importView{}, err
	}
	ctx := c.Request().Context()
	row, head, err := h.importer.store.importOf(ctx, id)
	if err != nil {
		return importView{}, err
	}
	view := importView{ID: id.String(), File: head.File, Head: head.Head, Line: h.line(c, row), State: string(row.State), Done: row.done(), OpID: newID(),
		Mapping: row.Mapping, Stuck: row.State == importRunning && h.importer.now().Sub(row.UpdatedAt) > stuckAfter}
	if row.State == importUploaded {
		rows, err := h.importer.store.firstRows(ctx, id)
		if err != nil {
			return view, err
		}
		for _, r := range rows[:min(previewRows, len(rows))] {
			view.Preview = append(view.Preview, r.Cells)
		}
	}
	return view, nil
}

// progress is the part of a running list's page that asks for itself again.
func (h importRoutes) progress(c echo.Context) error {
	view, err := h.view(c)
	if err != nil {
		return err
	}
	return web.Render(c, http.StatusOK, importProgress(view))
}

func (h importRoutes) begin(c echo.Context) error {
	view, err := h.view(c)
	if err != nil {
		return err
	}
	id, err := h.idOf(c)
	if err != nil {
		return err
	}
	mapping := Mapping{}
	for _, column := range ImportColumns() {
		if at, err := strconv.Atoi(c.FormValue("columna." + column.Field)); err == nil {
			mapping[column.Field] = at
		}
	}
	err = h.importer.start(c.Request().Context(), id, mapping)
	if problems, ok := fault.Fields(err); ok {
		view.Mapping, view.Problems = mapping, problems
		return h.page(c, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return web.Leave(c, importPath(id.String()))
}

func (h importRoutes) discard(c echo.Context) error {
	id, err := h.idOf(c)
	if err != nil {
		return err
	}
	if err := h.importer.discard(c.Request().Context(), id); err != nil {
		return err
	}
	return web.Leave(c, "/pacientes/importar")
}

// report writes what was not taken over, row by row with its reasons, to be corrected and brought again.
func (h importRoutes) report(c echo.Context) error {
	id, err := h.idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	_, head, err := h.importer.store.importOf(ctx, id)
	if err != nil {
		return err
	}
	rows, err := h.importer.store.report(ctx, id)
	if err != nil {
		return err
	}
	download(c, "filas-por-corregir.csv", "text/csv; charset=utf-8")
	return writeReport(c.Response(), head, rows)
}

func writeReport(w io.Writer, head importHead, rows []reportRow) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(harmlessRow(append([]string{"Fila", "Motivo"}, head.Head...))); err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Write(harmlessRow(append([]string{itoa(row.Line), row.Reasons}, row.Cells...))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// exportDialog asks in which form the register is wanted.
func (h importRoutes) exportDialog(c echo.Context) error {
	if web.IsFragment(c) {
		return web.Render(c, http.StatusOK, exportFrame())
	}
	return web.Show(c, web.Page{Title: "Exportar pacientes", Nav: "/pacientes", Back: "/pacientes", Body: exportPage()})
}

func download(c echo.Context, name, kind string) {
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, kind)
	header.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	c.Response().WriteHeader(http.StatusOK)
}
