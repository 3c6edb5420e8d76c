//go:build !js

package modules

import (
	"net/http"
	"strings"

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

// wayBack stands on River's pages, which know of nothing but themselves.
const wayBack = `<a href="/" style="position:fixed;right:1rem;bottom:1rem;z-index:50;padding:.5rem .75rem;border-radius:.375rem;background:#0f766e;color:#fff;font:600 14px sans-serif">Volver a Hampi</a></body>`

// withWayBack adds to a page the way back to Hampi.
func withWayBack(answer *web.Recorder) {
	if !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
		return
	}
	page := strings.Replace(answer.Body.String(), "</body>", wayBack, 1)
	answer.Body.Reset()
	answer.Body.WriteString(page)
	answer.Header().Del("Content-Length")
}

// jobsRoutes adds River's own pages. They read the queue, which is no clinic's, and open no transaction of one.
func (h *house) jobsRoutes(r *web.Router) error {
	screens, err := jobs.NewScreens(h.DB.Pool(), jobsPath, h.Log)
	if err != nil {
		return err
	}
	show := func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("Content-Security-Policy", jobsCSP)
		answer := web.NewRecorder(header)
		screens.ServeHTTP(answer, c.Request())
		withWayBack(answer)
		return answer.Send(c.Response())
	}
	may, none := web.Needs(accounts.PlatformJobs), web.Of(web.NoTx)
	r.GET(jobsPath, show, may, none)
	r.GET(jobsPath+"/*", show, may, none)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch} {
		r.Add(method, jobsPath+"/*", show, may, none)
	}
	return nil
}
