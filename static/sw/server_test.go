package sw_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Manner is how the server behaves.
type Manner int

const (
	Answers Manner = iota
	Silent         // takes connections and says nothing
	Proxied        // something in its place answers 502
)

// Post is a write as the server saw it.
type Post struct{ Path, Origin, Site, Body string }

// Server is the clinic's server in the trial; it can really stop and start again on its port.
type Server struct {
	address string
	http    *http.Server
	mu      sync.Mutex
	manner  Manner
	posts   []Post
	worker  string // the file served at /sw.js
	leave   bool
	revoked bool
	busy    bool
	table   string // where the table lies that was loaded; empty: none was
	wake    chan struct{}
}

func startServer() *Server {
	GinkgoHelper()
	s := &Server{worker: "sw.js", wake: make(chan struct{})}
	s.listen("127.0.0.1:0")
	DeferCleanup(s.stop)
	return s
}

func (s *Server) listen(address string) {
	GinkgoHelper()
	var listener net.Listener
	Eventually(func() (err error) { listener, err = net.Listen("tcp", address); return err }).WithTimeout(5 * time.Second).Should(Succeed())
	s.address = listener.Addr().String()
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: stepLimit}
	go s.http.Serve(listener) //nolint:errcheck // ends with stop
}

func (s *Server) stop()                 { _ = s.http.Close() }
func (s *Server) start()                { s.listen(s.address) }
func (s *Server) at(path string) string { return "http://" + s.address + path }
func (s *Server) set(change func())     { s.mu.Lock(); defer s.mu.Unlock(); change() }

// behave changes the manner; what a silent server kept waiting is cut.
func (s *Server) behave(m Manner) {
	s.set(func() {
		s.manner = m
		close(s.wake)
		s.wake = make(chan struct{})
	})
}

func (s *Server) seen(path string) int { return len(s.list(path)) }
func (s *Server) list(path string) []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Post
	for _, p := range s.posts {
		if p.Path == path {
			found = append(found, p)
		}
	}
	return found
}

const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; form-action *; base-uri 'none'"

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	manner, wake, worker, leave, revoked, busy, table := s.manner, s.wake, s.worker, s.leave, s.revoked, s.busy, s.table
	if r.Method == http.MethodPost {
		s.posts = append(s.posts, Post{r.URL.Path, r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site"), string(body)})
	}
	s.mu.Unlock()
	switch manner {
	case Silent:
		select {
		case <-r.Context().Done():
		case <-wake:
		}
		panic(http.ErrAbortHandler)
	case Proxied:
		http.Error(w, "bad gateway", http.StatusBadGateway)
		return
	}
	header := w.Header()
	header.Set("X-Hampi", "1")
	header.Set("Referrer-Policy", "same-origin")
	switch {
	case r.URL.Path == "/sw.js":
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'")
		header.Set("Cache-Control", "no-cache")
		s.file(w, worker)
	case strings.HasPrefix(r.URL.Path, "/static/"):
		s.file(w, filepath.Base(r.URL.Path))
	case r.URL.Path == "/api/v1/client":
		fmt.Fprintf(w, `{"version":"x","unregister":%t}`, leave)
	case r.URL.Path == "/api/v1/sync" && revoked:
		w.WriteHeader(http.StatusGone)
	case r.URL.Path == "/api/v1/sync" && busy:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == "/api/v1/devices/state":
		fmt.Fprintf(w, `{"revoked":%t}`, revoked && r.Header.Get("X-Device-Id") == "d1" && r.Header.Get("X-Device-Token") == "ficha")
	case r.URL.Path == "/equipo" && revoked:
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"code":"device_revoked"}`)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		fmt.Fprint(w, "{}")
	case r.URL.Path == "/catalogo/cie10":
		fmt.Fprintf(w, `{"url":%q}`, table)
	case strings.HasPrefix(r.URL.Path, "/catalogo/"):
		if r.URL.Path != table {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, "loaded ", r.URL.Path)
	case r.URL.Path == "/fallo":
		w.WriteHeader(http.StatusInternalServerError)
	default:
		header.Set("Content-Security-Policy", policy)
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="es"><head><title>red</title><meta name="hampi-sw" content="/sw.js">`+
			`<script src="/static/page.js" defer></script></head><body><p id="red">%s %s</p>`+
			`<form id="f" method="post" action="/lista"><input name="op_id" value="op-1"><input name="nombre" value="Edith"></form></body></html>`, r.Method, r.URL.Path)
	}
}

func (s *Server) file(w http.ResponseWriter, name string) {
	content, err := os.ReadFile(filepath.Join(built, name))
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	kind := "text/javascript; charset=utf-8"
	if strings.HasSuffix(name, ".wasm") {
		kind = "application/wasm"
	}
	w.Header().Set("Content-Type", kind)
	w.Write(content) //nolint:errcheck // the browser may have gone
}
