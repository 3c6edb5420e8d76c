package web

import (
	"bytes"
	"net/http"
)

// Recorder holds an answer back until it may leave: until the transaction is committed, or, in the browser, until
// the service worker takes it.
type Recorder struct {
	Status int
	Body   bytes.Buffer
	header http.Header
}

// NewRecorder starts with the headers that stand already.
func NewRecorder(header http.Header) *Recorder {
	if header == nil {
		header = http.Header{}
	}
	return &Recorder{header: header.Clone()}
}

func (r *Recorder) Header() http.Header { return r.header }

func (r *Recorder) WriteHeader(status int) {
	if r.Status == 0 {
		r.Status = status
	}
}

func (r *Recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.Body.Write(b)
}

// Send lets the answer go.
func (r *Recorder) Send(w http.ResponseWriter) error {
	header := w.Header()
	clear(header)
	for name, values := range r.header {
		header[name] = values
	}
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	w.WriteHeader(r.Status)
	if r.Body.Len() == 0 {
		return nil
	}
	_, err := w.Write(r.Body.Bytes())
	return err
}
