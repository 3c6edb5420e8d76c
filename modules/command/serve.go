//go:build !js

package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"hampi/config"
	"hampi/modules"
	"hampi/modules/platform/jobs"
)

const (
	closingLimit = 20 * time.Second
	firstPort    = 8080
	portsTried   = 50
)

// serve answers people until the context ends; in demo and development it works the jobs as well.
func serve(ctx context.Context, h *house, _ []string) error {
	app, err := h.build(ctx)
	if err != nil {
		return err
	}
	if err := h.greet(ctx); err != nil {
		return err
	}
	listener, err := h.listen()
	if err != nil {
		return err
	}
	h.address.Store(h.addressOf(listener.Addr()))
	if h.config.AllInOne() {
		stop, err := h.startWorker(ctx, app)
		if err != nil {
			return err
		}
		defer stop()
	}
	h.announce(ctx)
	return h.answer(ctx, app, listener)
}

// greet fills the demonstration clinics of an empty database, and keeps production away from them.
func (h *house) greet(ctx context.Context) error {
	switch h.config.Env {
	case config.Demo:
		return h.topUpDemo(ctx)
	case config.Production:
		return h.refuseDemoData(ctx)
	}
	return nil
}

// listen takes HAMPI_ADDR or, unset outside production, the first free port from 8080 on.
func (h *house) listen() (net.Listener, error) {
	if addr := h.config.Addr; addr != "" || h.config.Env == config.Production {
		if addr == "" {
			addr = ":" + strconv.Itoa(firstPort)
		}
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("cannot listen on %s; free it or set HAMPI_ADDR: %w", addr, err)
		}
		return listener, nil
	}
	var last error
	for port := firstPort; port < firstPort+portsTried; port++ {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return listener, nil
		}
		last = err
	}
	return nil, fmt.Errorf("no free port from %d on; set HAMPI_ADDR: %w", firstPort, last)
}

func (h *house) answer(ctx context.Context, app *modules.App, listener net.Listener) error {
	servers := []*http.Server{newServer(app.Echo)}
	failed := make(chan error, 2)
	go func() { failed <- h.speak(servers[0], listener) }()
	if h.config.MetricsAddr != "" {
		metrics := newServer(app.Metrics.Handler())
		metrics.Addr = h.config.MetricsAddr
		servers = append(servers, metrics)
		go func() { failed <- metrics.ListenAndServe() }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingLimit)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(closing))
	}
	return err
}

func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
}

func (h *house) speak(server *http.Server, listener net.Listener) error {
	if h.config.TLSCert != "" {
		return server.ServeTLS(listener, h.config.TLSCert, h.config.TLSKey)
	}
	return server.Serve(listener)
}

// startWorker works the jobs in this process and returns how to stop.
func (h *house) startWorker(ctx context.Context, app *modules.App) (func(), error) {
	worker, err := jobs.NewWorker(h.db.Pool(), app.Workers, app.Periodic, h.log)
	if err != nil {
		return nil, err
	}
	if err := worker.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start the worker: %w", err)
	}
	return func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingLimit)
		defer cancel()
		if err := worker.Stop(closing); err != nil {
			h.log.Warn("jobs were cut short; they run again at the next start", "error", err)
			_ = worker.StopAndCancel(context.WithoutCancel(ctx))
		}
	}, nil
}

// work works the jobs until the context ends.
func work(ctx context.Context, h *house, _ []string) error {
	app, err := h.build(ctx)
	if err != nil {
		return err
	}
	stop, err := h.startWorker(ctx, app)
	if err != nil {
		return err
	}
	fmt.Fprintln(h.out, "working jobs; Ctrl-C ends")
	<-ctx.Done()
	stop()
	return nil
}
