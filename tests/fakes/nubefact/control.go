package nubefact

import (
	"encoding/json"
	"net/http"
)

// Held is a document with what has become of it.
type Held struct {
	Document
	State State `json:"state"`
}

// Documents are all the service took, in the order they came.
func (s *Service) Documents() []Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := desk{Service: s, now: s.options.Now()}
	held := make([]Held, len(s.documents))
	for i, doc := range s.documents {
		held[i].Document = *doc
		held[i].State, _ = d.stateOf(doc)
	}
	return held
}

// Control is how journeys and people bring faults about. It belongs on an address that only they reach:
//
//	GET    /documents   what was taken, with its state
//	DELETE /documents   forgets it
//	GET    /faults      what goes wrong
//	POST   /faults      lets more go wrong: [{"kind":"lose_answer","times":1}]
//	DELETE /faults      heals everything
func (s *Service) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /documents", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, s.Documents()) })
	mux.HandleFunc("DELETE /documents", func(w http.ResponseWriter, _ *http.Request) {
		if err := s.Forget(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, s.standingFaults()) })
	mux.HandleFunc("POST /faults", s.addFaults)
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) {
		s.Heal()
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func (s *Service) standingFaults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Fault{}, s.faults...)
}

func (s *Service) addFaults(w http.ResponseWriter, r *http.Request) {
	var faults []Fault
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&faults); err != nil {
		http.Error(w, "a list of faults is expected: "+err.Error(), http.StatusBadRequest)
		return
	}
	for _, f := range faults {
		if !known(f.Kind) {
			http.Error(w, "no fault is called "+string(f.Kind), http.StatusBadRequest)
			return
		}
	}
	s.Fail(faults...)
	w.WriteHeader(http.StatusNoContent)
}

func known(kind FaultKind) bool {
	for _, k := range FaultKinds() {
		if k == kind {
			return true
		}
	}
	return false
}
