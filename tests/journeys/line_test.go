package journeys_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Line stands between browsers and the demonstration: a network that can be cut, fall silent, be slow, or break after
// the program has done what it was asked and before its answer arrives.
type Line struct {
	URL     string
	onward  *httputil.ReverseProxy
	server  *http.Server
	mu      sync.Mutex
	state   lineState
	ended   context.CancelFunc // what was on its way when the line's state last changed ends with it
	until   context.Context
	posts   map[string]int           // how often a POST of an address reached the program
	swallow string                   // the next POST of this address is carried out and its answer lost
	cut     bool                     // and the line is cut then
	waits   map[string]chan struct{} // POSTs of these addresses wait until the channel closes
}

type lineState int

const (
	lineWorks lineState = iota
	lineSilent
	lineSlow
)

const slowness = 1500 * time.Millisecond

// NewLine opens a working line to a program; it ends with the spec.
func NewLine(program *Program) *Line {
	GinkgoHelper()
	target, err := url.Parse(program.URL)
	Expect(err).NotTo(HaveOccurred())
	l := &Line{posts: map[string]int{}, waits: map[string]chan struct{}{}, onward: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}}
	l.until, l.ended = context.WithCancel(context.Background())
	l.serve("127.0.0.1:0")
	DeferCleanup(func() { l.Cut() })
	return l
}

// through is the program as a browser behind the line sees it; nobody has come in there yet.
func (l *Line) through(program *Program) *Program {
	return &Program{URL: l.URL, DataDir: program.DataDir, zone: program.zone, known: map[string][]*network.CookieParam{}}
}

func (l *Line) serve(address string) {
	GinkgoHelper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	Expect(err).NotTo(HaveOccurred())
	l.URL = "http://" + listener.Addr().String()
	l.server = &http.Server{Handler: l, ReadHeaderTimeout: time.Minute}
	go func() { _ = l.server.Serve(listener) }()
}

// Cut ends every connection; new ones are refused.
func (l *Line) Cut() {
	l.change(lineWorks)
	_ = l.server.Close()
}

// Mend takes connections again, at the same address.
func (l *Line) Mend() {
	GinkgoHelper()
	u, err := url.Parse(l.URL)
	Expect(err).NotTo(HaveOccurred())
	l.serve(u.Host)
}

// Silent takes requests and never answers them; Works answers again; Slow answers late.
func (l *Line) Silent() { l.change(lineSilent) }

// Works answers at once.
func (l *Line) Works() { l.change(lineWorks) }

// Slow answers everything 1.5 s late.
func (l *Line) Slow() { l.change(lineSlow) }

func (l *Line) change(to lineState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = to
	l.ended()
	l.until, l.ended = context.WithCancel(context.Background())
}

// LoseAnswer lets the next POST of a path be carried out and closes its connection instead of answering; cut ends
// the line with it, so that the browser cannot ask again by itself.
func (l *Line) LoseAnswer(path string, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.swallow, l.cut = path, cut
}

// Hold lets every POST of a path wait until release is called.
func (l *Line) Hold(path string) (release func()) {
	gate := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits[path] = gate
	return func() { close(gate) }
}

// held is what a request has to wait for; nil when it need not.
func (l *Line) held(r *http.Request) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Method != http.MethodPost {
		return nil
	}
	return l.waits[r.URL.Path]
}

// Arrived is how often a POST of a path reached the program.
func (l *Line) Arrived(path string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.posts[path]
}

// begin notes a request and says what becomes of it.
func (l *Line) begin(r *http.Request) (state lineState, until context.Context, lose bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Method == http.MethodPost && l.state != lineSilent {
		l.posts[r.URL.Path]++
		if lose = l.swallow == r.URL.Path; lose {
			l.swallow = ""
		}
	}
	return l.state, l.until, lose
}

func (l *Line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	state, until, lose := l.begin(r)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(until, cancel)()
	if gate := l.held(r); gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			panic(http.ErrAbortHandler)
		}
	}
	switch {
	case state == lineSilent:
		<-ctx.Done()
		panic(http.ErrAbortHandler)
	case lose:
		l.onward.ServeHTTP(httptest.NewRecorder(), r)
		if l.cut {
			l.Cut()
		}
		panic(http.ErrAbortHandler) // closes the connection without an answer
	case state == lineSlow:
		select {
		case <-time.After(slowness):
		case <-ctx.Done():
			panic(http.ErrAbortHandler)
		}
	}
	l.onward.ServeHTTP(w, r.WithContext(ctx))
}
