package hce

import (
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

// attendScreens are the pages on which a professional attends, writes and signs.
type attendScreens struct{ record *Service }

// Routes adds the pages of attentions. A device signs nothing: its routes of signatures stay with the server.
func Routes(r *web.Router, record *Service) {
	h := attendScreens{record}
	write, read := web.Needs(accounts.HCEWrite), web.Needs(accounts.HCERead)
	r.POST("/atenciones", h.attend, write)
	r.GET("/atenciones/:id", h.show, read)
	r.GET("/atenciones/:id/historia", h.side, write)
	r.GET("/atenciones/:id/cita", h.nextVisit, write)
	r.GET("/atenciones/:id/cabecera", h.header, write)
	r.GET("/atenciones/:id/receta", h.recetaDraft, write)
	r.POST("/atenciones/:id/borrador", h.save, write)
	r.POST("/atenciones/:id/campos", h.redraw, write)
	r.POST("/atenciones/:id/diagnosticos", h.diagnose, write)
	r.POST("/atenciones/:id/sugerencias", h.suggest, write)
	r.POST("/atenciones/:id/tratamiento", h.prescribe, write)
	r.POST("/atenciones/:id/plantilla", h.template, write)
	r.POST("/atenciones/:id/ventana", h.takeOver, write)
	r.POST("/atenciones/:id/apartes", h.dismiss, write)
	r.POST("/atenciones/:id/revision", h.review, write)
	r.POST("/atenciones/:id/firma", h.close, write)
	r.GET("/documentos/:id/adenda", h.askAddendum, write)
	r.POST("/documentos/:id/adenda", h.amend, write)
	r.GET("/por-firmar", h.waiting, write)
	if !record.Away() {
		h.serverRoutes(r)
	}
}

func idParam(c echo.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return id, fault.ErrNotFound
	}
	return id, nil
}
