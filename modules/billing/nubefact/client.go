//go:build !js

// Package nubefact takes a clinic's documents to SUNAT through NubeFact, a provider of electronic issuing (PSE): one
// address for every operation, the account's token, JSON both ways. Source: NubeFact's integration manual 2.9.
package nubefact

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"hampi/modules/billing"
	"hampi/modules/platform/fault"
)

// Account is where and as whom a clinic posts. Both are secrets: neither is ever written to a log.
type Account struct {
	Route string `json:"route"` // the whole address, https://api.nubefact.com/api/v1/<uuid>
	Token string `json:"token"`

	// Bare sends the token alone, as the manual shows it; most programs send `Token token="…"`. NubeFact takes both.
	Bare bool `json:"bare,omitempty"`

	// Extra are fields that every document carries besides the known ones, for versions of the manual to come.
	Extra map[string]any `json:"extra,omitempty"`
}

// Problems checks what somebody typed into the settings.
func (a Account) Problems() fault.Problems {
	problems := fault.Problems{}
	problems.Add("route", routeProblem(a.Route))
	switch {
	case a.Token == "":
		problems.Add("token", "Falta la clave de la cuenta (token).")
	case strings.ContainsFunc(a.Token, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }):
		problems.Add("token", "La clave no lleva espacios ni comillas; cópiela tal como la muestra NubeFact.")
	}
	return problems
}

func routeProblem(route string) string {
	u, err := url.Parse(route)
	switch {
	case route == "":
		return "Falta la ruta de la cuenta."
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "La ruta es una dirección como https://api.nubefact.com/api/v1/…"
	case u.Scheme == "https", u.Scheme == "http" && isHere(u.Hostname()):
		return ""
	}
	return "La ruta empieza con https://"
}

// isHere reports whether a host is this machine, where NubeFact's offline edition listens.
func isHere(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// How long and how much the service may answer. It asks SUNAT meanwhile: 1 to 5 s are usual.
const (
	patience    = 30 * time.Second
	longestText = 8 << 20  // an answer may hold the files, in base64
	longestFile = 20 << 20 // of a link
	longestKept = 64 << 10 // of an answer that nobody understands
)

// Client speaks with NubeFact for every clinic.
type Client struct {
	http     *http.Client
	patience time.Duration
}

// idleLines is how many lines are kept open between two documents: one for each series that drains.
const idleLines = 16

// New makes a client; nil is the usual transport.
func New(transport http.RoundTripper) *Client {
	if usual, ok := http.DefaultTransport.(*http.Transport); ok && transport == nil {
		own := usual.Clone()
		own.MaxIdleConnsPerHost = idleLines
		transport = own
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a token goes to no other address
	return &Client{http: &http.Client{Transport: transport, CheckRedirect: stay}, patience: patience}
}

// For is the way to SUNAT of one account.
func (c *Client) For(a Account) billing.Emitter { return emitter{c, a} }

type emitter struct {
	client  *Client
	account Account
}

func (e emitter) Emit(ctx context.Context, d billing.Document) billing.Answer {
	q, err := e.account.emission(d)
	if err != nil {
		return unwritten(err)
	}
	return e.ask(ctx, q)
}

func (e emitter) Consult(ctx context.Context, n billing.Name) billing.Answer {
	return e.ask(ctx, about(consultation, n))
}

func (e emitter) Void(ctx context.Context, n billing.Name, reason string) billing.Answer {
	q := about(voiding, n)
	q.body["motivo"], q.body["codigo_unico"] = reason, "ANU-"+code(n)
	return e.ask(ctx, q)
}

func (e emitter) ConsultVoid(ctx context.Context, n billing.Name) billing.Answer {
	return e.ask(ctx, about(voidConsultation, n))
}

// Test consults a document that nobody has: "there is none" says that address and token are right.
func (e emitter) Test(ctx context.Context) billing.Answer {
	a := e.Consult(ctx, billing.Name{Kind: billing.Boleta, Series: "BZZZ", Number: billing.HighestNumber})
	switch a.Outcome {
	case billing.NotThere, billing.TakenAndAccepted, billing.TakenAndPending, billing.TakenAndRejected:
		return billing.Answer{Outcome: billing.TakenAndAccepted, Message: "NubeFact responde y reconoce la cuenta.", Status: a.Status}
	}
	if a.Outcome == billing.NotUnderstood { // nothing was sent that anybody could ask about
		a.Message = "Lo que responde en esa ruta no se entiende. Revise la ruta; si es la correcta, NubeFact no está bien ahora."
	}
	return a
}

// ask posts one operation and reads the answer, whatever it is.
func (e emitter) ask(ctx context.Context, q question) billing.Answer {
	text, err := json.Marshal(q.body)
	if err != nil {
		return unwritten(err)
	}
	if problem := routeProblem(e.account.Route); problem != "" {
		return billing.Answer{Outcome: billing.NotAuthorised, Field: "route", Message: problem}
	}
	ctx, cancel := context.WithTimeout(ctx, e.client.patience)
	defer cancel()
	var left atomic.Bool // whether a byte may have gone out
	trace := &httptrace.ClientTrace{WroteHeaderField: func(string, []string) { left.Store(true) }}
	resp, err := e.post(httptrace.WithClientTrace(ctx, trace), text)
	if err != nil {
		return unanswered(err, left.Load())
	}
	defer resp.Body.Close()
	received, err := io.ReadAll(io.LimitReader(resp.Body, longestText+1))
	return reply{question: q, status: resp.StatusCode, body: received, cut: err != nil || len(received) > longestText}.read()
}

func (e emitter) post(ctx context.Context, text []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.account.Route, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json") // exactly: anything else is error 12
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", e.account.authorization())
	return e.client.http.Do(req)
}

// unwritten is the answer to what cannot be put into the service's words at all.
func unwritten(err error) billing.Answer {
	return billing.Answer{Outcome: billing.NotValid, Message: "El comprobante no se pudo escribir para NubeFact: " + err.Error()}
}

func (a Account) authorization() string {
	if a.Bare {
		return a.Token
	}
	return `Token token="` + a.Token + `"`
}

// unanswered is the answer that did not come. What never left is with nobody; what may have left may be there.
func unanswered(err error, left bool) billing.Answer {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err // the outer one repeats the address, which is a secret
	}
	if !left {
		return billing.Answer{Outcome: billing.NotReached, Message: "No hay conexión con NubeFact.", Code: reasonOf(err)}
	}
	return billing.Answer{Outcome: billing.NotUnderstood, Message: "NubeFact no respondió a tiempo; se consultará si lo recibió.", Code: reasonOf(err)}
}

// reasonOf is a word for programs and logs.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	}
	return "connection"
}

// Fetch reads a file that NubeFact links to: over https, or from the account's own host.
func (e emitter) Fetch(ctx context.Context, link string) ([]byte, error) {
	u, err := url.Parse(link)
	if err != nil || !e.mayFetch(u) {
		return nil, fmt.Errorf("fetch a document's file: %w", billing.ErrNoFile)
	}
	ctx, cancel := context.WithTimeout(ctx, e.client.patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch a document's file: %w", billing.ErrNoFile)
	}
	resp, err := e.client.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch a document's file: %s", reasonOf(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch a document's file: status %d: %w", resp.StatusCode, billing.ErrNoFile)
	}
	file, err := io.ReadAll(io.LimitReader(resp.Body, longestFile+1))
	if err != nil {
		return nil, fmt.Errorf("fetch a document's file: %s", reasonOf(err))
	}
	if len(file) == 0 || len(file) > longestFile {
		return nil, fmt.Errorf("fetch a document's file: %d bytes: %w", len(file), billing.ErrNoFile)
	}
	return file, nil
}

func (e emitter) mayFetch(link *url.URL) bool {
	route, err := url.Parse(e.account.Route)
	return link.Host != "" && link.User == nil && (link.Scheme == "https" || err == nil && link.Scheme == route.Scheme && link.Host == route.Host)
}
