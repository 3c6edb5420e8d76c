// Package nubefact plays NubeFact: the same addresses, fields, answers and errors, by its manual 2.9, and stricter than
// the real one. It recomputes all arithmetic with exact fractions, knows which document is there, and can be told to be
// slow, down, to lose its answer after taking a document, or to have SUNAT refuse it later (see Fault).
//
// It shares no code with the program it tries, so that it can find its mistakes. Specs mount it in httptest; `make run`
// starts it for the demonstration clinics, where documents have no legal value.
package nubefact

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Account is a company that issues through the service.
type Account struct {
	Route  string   // last part of the address, /api/v1/<route>
	Token  string   // of the header
	RUC    string   // of the company; it stands in the QR text
	Series []string // that are switched on; none: every well-written one
}

// Options set the service up; none is needed, and accounts may come later (Register).
type Options struct {
	Accounts []Account
	Now      func() time.Time // none: the machine's clock
	Delay    time.Duration    // until SUNAT answers about boletas and voidings; none: 2 s. Facturas are answered at once
	Strict   bool             // no cent of tolerance, JSON's own types, instalments that add up to the total
	File     string           // where documents survive a restart; none: they do not
	URL      string           // how links begin; none: as the request came
	Seed     uint64           // of the faults that happen by chance
}

const usualDelay = 2 * time.Second

// Service is the stand-in: a handler with a memory.
type Service struct {
	options Options
	mux     *http.ServeMux

	mu        sync.Mutex
	documents []*Document
	index     map[string]*Document // by account and name, and by account and unique code
	faults    []Fault
	random    *rand.Rand
}

// New starts the service, with what its file holds.
func New(o Options) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Delay == 0 {
		o.Delay = usualDelay
	}
	o.Accounts = slices.Clone(o.Accounts)
	s := &Service{options: o, mux: http.NewServeMux(), index: map[string]*Document{}, random: rand.New(rand.NewPCG(o.Seed, o.Seed))}
	s.mux.HandleFunc("/api/v1/{route}", s.operation)
	s.mux.HandleFunc("GET /cpe/{file}", s.file)
	s.mux.HandleFunc("GET /anulacion/{file}", s.file)
	return s, s.load()
}

// Register adds an account, or gives one that is there another token.
func (s *Service) Register(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, known := range s.options.Accounts {
		if known.Route == a.Route {
			s.options.Accounts[i] = a
			return
		}
	}
	s.options.Accounts = append(s.options.Accounts, a)
}

// ServeHTTP answers the service's own addresses. The control of faults stands apart: see Control.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// refusal is an error of the manual (§8) by its code.
type refusal struct {
	code int
	text string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.code, r.text) }

func refuse(code int, text string, args ...any) *refusal {
	return &refusal{code, fmt.Sprintf(text, args...)}
}

// status is the status of HTTP that an error comes with.
func (r *refusal) status() int {
	switch r.code {
	case 10:
		return http.StatusUnauthorized
	case 40:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// longestRequest is far more than two hundred lines need.
const longestRequest = 2 << 20

// operation is the one address of every operation.
func (s *Service) operation(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(io.LimitReader(r.Body, longestRequest))
	if err != nil {
		return // who asked has gone
	}
	var head struct {
		Operation string `json:"operacion"`
	}
	_ = json.Unmarshal(text, &head)
	met := s.meet(head.Operation)
	if !met.wait(r) || met.before(w) {
		return
	}
	answer, refused := s.handle(r, text, met)
	if met.after(w) {
		return
	}
	if refused != nil {
		write(w, refused.status(), map[string]any{"errors": refused.text, "codigo": refused.code})
		return
	}
	write(w, http.StatusOK, answer)
}

func write(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"errors":"Error interno desconocido","codigo":40}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// handle carries one operation out.
func (s *Service) handle(r *http.Request, text []byte, met meeting) (map[string]any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	account, refused := s.account(r, met)
	if refused != nil {
		return nil, refused
	}
	body, refused := readObject(text, s.options.Strict)
	if refused != nil {
		return nil, refused
	}
	desk := desk{Service: s, account: account, now: s.options.Now(), base: s.base(r), met: met}
	switch operation := body.text("operacion", 1, 30); operation {
	case "generar_comprobante":
		return desk.issue(body)
	case "consultar_comprobante":
		return desk.consult(body)
	case "generar_anulacion":
		return desk.void(body)
	case "consultar_anulacion":
		return desk.consultVoid(body)
	default:
		return nil, refuse(20, "operacion %q no existe", operation)
	}
}

// account finds who asks, by address and token; the lock is held.
func (s *Service) account(r *http.Request, met meeting) (Account, *refusal) {
	if r.Method != http.MethodPost {
		return Account{}, refuse(11, "La ruta o URL que estás usando no es correcta o no existe")
	}
	var found *Account
	for i, a := range s.options.Accounts {
		if a.Route == r.PathValue("route") {
			found = &s.options.Accounts[i]
		}
	}
	token := r.Header.Get("Authorization")
	if inner, ok := strings.CutPrefix(token, `Token token="`); ok {
		token = strings.TrimSuffix(inner, `"`)
	}
	switch {
	case found == nil:
		return Account{}, refuse(11, "La ruta o URL que estás usando no es correcta o no existe")
	case token != found.Token || met.has(WrongToken):
		return Account{}, refuse(10, "No se pudo autenticar, token incorrecto o eliminado")
	case r.Header.Get("Content-Type") != "application/json":
		return Account{}, refuse(12, "Solicitud incorrecta, la cabecera Content-Type debe ser application/json")
	case met.has(Suspended):
		return Account{}, refuse(50, "Su cuenta ha sido suspendida")
	case met.has(Unpaid):
		return Account{}, refuse(51, "Su cuenta ha sido suspendida por falta de pago")
	}
	return *found, nil
}

func (s *Service) base(r *http.Request) string {
	if s.options.URL != "" {
		return s.options.URL
	}
	return "http://" + r.Host
}

// desk is the service at the moment of one request; its lock is held.
type desk struct {
	*Service
	account Account
	now     time.Time
	base    string
	met     meeting
}

// lima is SUNAT's zone, without summer time.
var lima = time.FixedZone("PET", -5*60*60)

// today is midnight in Lima.
func (d desk) today() time.Time {
	y, m, day := d.now.In(lima).Date()
	return time.Date(y, m, day, 0, 0, 0, 0, lima)
}
