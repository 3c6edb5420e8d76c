package nubefact

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// FaultKind is a way in which things go wrong.
type FaultKind string

// The ways. Those before the document is read leave nothing behind; those after it leave the document taken.
const (
	Slow        FaultKind = "slow"         // waits WaitMS first
	Down        FaultKind = "down"         // 503 with a page, nothing taken
	Cut         FaultKind = "cut"          // the line breaks, nothing taken
	Internal    FaultKind = "internal"     // error 40, nothing taken
	LoseAnswer  FaultKind = "lose_answer"  // taken, then the line breaks
	InternalEnd FaultKind = "internal_end" // taken, then error 40
	HTML        FaultKind = "html"         // taken, then a page with status 200
	Empty       FaultKind = "empty"        // taken, then nothing with status 200
	Half        FaultKind = "half"         // taken, then half a JSON
	Huge        FaultKind = "huge"         // taken, then 200 MB
	WrongToken  FaultKind = "wrong_token"  // error 10
	Suspended   FaultKind = "suspended"    // error 50
	Unpaid      FaultKind = "unpaid"       // error 51
	SunatDown   FaultKind = "sunat_down"   // taken; SUNAT hears of it when the fault is over
	Reject      FaultKind = "reject"       // taken; SUNAT refuses it at once, with Code and Text
	RejectLater FaultKind = "reject_later" // taken; SUNAT refuses it after the delay, with Code and Text
	RejectVoid  FaultKind = "reject_void"  // the voiding is taken; SUNAT refuses it after the delay
)

// FaultKinds are all ways.
func FaultKinds() []FaultKind {
	return []FaultKind{
		Slow, Down, Cut, Internal, LoseAnswer, InternalEnd, HTML, Empty, Half, Huge, WrongToken, Suspended, Unpaid, SunatDown, Reject, RejectLater, RejectVoid,
	}
}

// Fault is a thing that goes wrong, until it is cleared or has happened Times times.
type Fault struct {
	Kind      FaultKind `json:"kind"`
	Times     int       `json:"times,omitempty"`     // 0: until it is cleared
	Chance    float64   `json:"chance,omitempty"`    // of each request, between 0 and 1; 0: every one
	Operation string    `json:"operation,omitempty"` // "generar_comprobante" …; none: every one
	WaitMS    int       `json:"wait_ms,omitempty"`   // of Slow
	Code      string    `json:"code,omitempty"`      // SUNAT's, of rejections
	Text      string    `json:"text,omitempty"`
}

// verdict is the refusal of SUNAT that the fault brings.
func (f Fault) verdict() *Verdict {
	return &Verdict{Code: cmp.Or(f.Code, "2335"), Text: cmp.Or(f.Text, "El documento electronico ingresado ha sido alterado")}
}

// Fail lets things go wrong from now on, besides what goes wrong already.
func (s *Service) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Heal ends all that goes wrong. What came while SUNAT was down reaches it now.
func (s *Service) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Forget drops all documents.
func (s *Service) Forget() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.documents, s.index = nil, map[string]*Document{}
	return s.save()
}

// standing reports whether a fault is there; the lock is held.
func (s *Service) standing(kind FaultKind) bool {
	return slices.ContainsFunc(s.faults, func(f Fault) bool { return f.Kind == kind })
}

// meeting are the faults that one request meets.
type meeting []Fault

// meet draws the faults of a request and counts them down.
func (s *Service) meet(operation string) (met meeting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []Fault
	for _, f := range s.faults {
		happens := (f.Operation == "" || f.Operation == operation) && (f.Chance == 0 || s.random.Float64() < f.Chance)
		if happens {
			met = append(met, f)
		}
		if happens && f.Times == 1 {
			continue
		}
		if happens && f.Times > 1 {
			f.Times--
		}
		left = append(left, f)
	}
	s.faults = left
	return met
}

func (m meeting) find(kind FaultKind) (Fault, bool) {
	i := slices.IndexFunc(m, func(f Fault) bool { return f.Kind == kind })
	if i < 0 {
		return Fault{}, false
	}
	return m[i], true
}

func (m meeting) has(kind FaultKind) bool {
	_, found := m.find(kind)
	return found
}

// wait is false when who asked has gone meanwhile.
func (m meeting) wait(r *http.Request) bool {
	slow, found := m.find(Slow)
	if !found {
		return true
	}
	timer := time.NewTimer(time.Duration(slow.WaitMS) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// before answers instead of the service, with nothing taken; false when it does not.
func (m meeting) before(w http.ResponseWriter) bool {
	switch {
	case m.has(Down):
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "<html><body>503 Service Unavailable</body></html>")
	case m.has(Cut):
		hangUp(w)
	case m.has(Internal):
		write(w, http.StatusInternalServerError, map[string]any{"errors": "Error interno desconocido", "codigo": 40})
	default:
		return false
	}
	return true
}

// after answers instead of the service, with the document taken; false when it does not.
func (m meeting) after(w http.ResponseWriter) bool {
	switch {
	case m.has(LoseAnswer):
		hangUp(w)
	case m.has(InternalEnd):
		write(w, http.StatusInternalServerError, map[string]any{"errors": "Error interno desconocido", "codigo": 40})
	case m.has(HTML):
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html><body>En mantenimiento</body></html>")
	case m.has(Empty):
		w.WriteHeader(http.StatusOK)
	case m.has(Half):
		_, _ = io.WriteString(w, `{"tipo_de_comprobante":2,"serie":"B001","numero":1,"enlace":"https://www.nube`)
	case m.has(Huge):
		flood(w)
	default:
		return false
	}
	return true
}

// hangUp closes the line without an answer.
func hangUp(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// flood writes 200 MB, or until nobody reads on.
func flood(w http.ResponseWriter) {
	_, _ = io.WriteString(w, `{"aceptada_por_sunat":true,"enlace":"`)
	megabyte := strings.Repeat("A", 1<<20)
	for range 200 {
		if _, err := io.WriteString(w, megabyte); err != nil {
			return
		}
	}
}
