//go:build !js

package command

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"

	"hampi/config"
	"hampi/modules/demo"
	"hampi/tests/fakes/nubefact"
)

// outside is how services outside are reached. The demonstration's documents go to a stand-in for NubeFact within the
// program, which keeps them beside the database; nothing of it ever leaves the machine.
func (h *house) outside() (http.RoundTripper, error) {
	if h.config.Env != config.Demo {
		return nil, nil
	}
	options := nubefact.Options{File: filepath.Join(h.config.DataDir, "nubefact.json"), URL: "https://" + demo.NubeFactHost}
	for _, i := range demo.Issuers() {
		options.Accounts = append(options.Accounts, nubefact.Account{Route: i.Route, Token: i.Token, RUC: i.RUC})
	}
	service, err := nubefact.New(options)
	if err != nil {
		return nil, err
	}
	return standIn{service}, nil
}

// standIn answers for the demonstration's NubeFact and refuses any other address.
type standIn struct{ service http.Handler }

// RoundTrip answers without a network.
func (s standIn) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != demo.NubeFactHost {
		return nil, errNoOutside
	}
	w := httptest.NewRecorder()
	s.service.ServeHTTP(w, r)
	return w.Result(), nil
}
