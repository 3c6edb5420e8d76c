//go:build !js

package hce

import (
	"hampi/modules/accounts"
	"hampi/modules/platform/web"
)

// serverRoutes are what a device lacks: it signs nothing, and its app leaves out what only a signature, the connection or
// the administration does.
func (h attendScreens) serverRoutes(r *web.Router) {
	write := web.Needs(accounts.HCEWrite)
	r.GET("/atenciones/:id/archivos", h.files, write)
	r.GET("/documentos/:id/anulacion", h.askAnnulment, write)
	r.POST("/documentos/:id/anulacion", h.annul, write)
	r.POST("/por-firmar", h.signAll, write)
	r.GET("/medicamentos/:id/suspension", h.askStop, write)
	r.POST("/medicamentos/:id/suspension", h.stop, write)
	r.POST("/recetas/:id/repetir", h.repeat, write)
}

// serverRoutes are the record's doors.
func (h historyScreens) serverRoutes(r *web.Router) {
	r.GET("/recetas/:id/pdf", h.recetaFile, web.Needs(accounts.HCERead))
	r.GET("/recetas/:id/envio/:medio", h.askSending, web.Needs(accounts.HCEWrite))
	r.POST("/recetas/:id/envio/:medio", h.send, web.Needs(accounts.HCEWrite))
	r.POST("/pacientes/:id/emergencia", h.breakGlass, web.Needs(accounts.HCERead))
	r.GET("/pacientes/:id/lecturas", h.readers, web.Needs(accounts.HCERead))
	r.GET("/pacientes/:id/"+assignmentsTab, h.assignments, web.Needs(accounts.HCEEmergencies))
	r.POST("/pacientes/:id/"+assignmentsTab, h.assign, web.Needs(accounts.HCEEmergencies))
	r.GET(emergenciesPath, h.emergencies, web.Needs(accounts.HCEEmergencies))
	r.POST(emergenciesPath+"/:acceso", h.reviewed, web.Needs(accounts.HCEEmergencies))
}
