//go:build !js

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	registerTarget = time.Second // more, and it would have to be a job with progress
	registerTimes  = 5
	heapEach       = 5 * time.Millisecond
)

// measureBooks takes the sales register of the month of documents as its two files: how long the slowest took, and how far
// the heap rose above what it was.
func (h *house) measureBooks(ctx context.Context, to io.Writer, program http.Handler) error {
	c := clinics()[0]
	if _, err := h.monthOfDocuments(ctx, c); err != nil {
		return err
	}
	office, err := h.signIn(ctx, program, c, c.admin())
	if err != nil {
		return err
	}
	month := moment.AddDate(0, -1, 0).Format("2006-01")
	for _, format := range []string{"sire", "xlsx"} {
		l := line{desk: office, request: func(int) *http.Request {
			return post("/reportes/ventas/registro", url.Values{"op_id": {uuid.Must(uuid.NewV7()).String()}, "mes": {month}, "formato": {format}})
		}}
		slowest, size := time.Duration(0), 0
		rose, err := heapOf(func() error {
			for n := range registerTimes {
				took, bytes, err := l.ask(n)
				if err != nil {
					return err
				}
				slowest, size = max(slowest, took), bytes
			}
			return nil
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(to, "Sales register of %d documents as %s: %d kB in %s ms at most%s, the heap rose by %.0f MB. %s\n",
			monthOfDocuments, format, size/1000, ms(slowest), busyness(), float64(rose)/1e6, verdict(slowest, registerTarget))
	}
	return nil
}

// heapOf tells how far the heap rose above its size before, while f ran: rubbish that was not collected yet included.
func heapOf(f func() error) (rose uint64, err error) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	done, watching := make(chan struct{}), sync.WaitGroup{}
	watching.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(heapEach):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	})
	err = f()
	close(done)
	watching.Wait()
	return most - before, err
}
