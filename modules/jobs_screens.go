//go:build !js

package modules

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/web"
)

// jobsPath is where those who run Hampi look after the job queue.
const jobsPath = "/plataforma/trabajos"

// jobsCSP lets River's pages set the styles that they compute; they may still load nothing from elsewhere.
const jobsCSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"

// jobsRoutes adds River's own pages. They read the queue, which is no clinic's, and open no transaction of one.
func (h *house) jobsRoutes(r *web.Router) error {
	screens, err := jobs.NewScreens(h.DB.Pool(), jobsPath, h.Log)
	if err != nil {
		return err
	}
	show := func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", jobsCSP)
		screens.ServeHTTP(c.Response(), c.Request())
		return nil
	}
	may, none := web.Needs(accounts.PlatformJobs), web.Of(web.NoTx)
	r.GET(jobsPath, show, may, none)
	r.GET(jobsPath+"/*", show, may, none)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch} {
		r.Add(method, jobsPath+"/*", show, may, none)
	}
	return nil
}
