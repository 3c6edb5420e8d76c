//go:build !js

package sync

import (
	"time"

	"hampi/modules/platform/web"
)

// counters are the operators' figures of synchronisation.
type counters struct {
	operation, conflict, download func(values ...string)
	age                           func(float64)
}

// NewMetrics registers the figures of synchronisation with the program's.
func NewMetrics(m *web.Metrics) Metrics {
	return &counters{
		operation: m.Counter("sync_operations_total", "Operations of devices by what became of them.", "entity", "result"),
		conflict:  m.Counter("sync_conflicts_total", "Operations of which something did not win.", "entity", "cause"),
		download:  m.Counter("sync_downloads_total", "First downloads that were begun, by reason.", "reason"),
		age:       m.Gauge("sync_queue_age_seconds", "Age of the oldest operation that the last job found in a queue."),
	}
}

func (f *counters) Operation(entity, result string) { f.operation(entity, result) }
func (f *counters) Conflict(entity, cause string)   { f.conflict(entity, cause) }
func (f *counters) Download(reason string)          { f.download(reason) }
func (f *counters) QueueAge(age time.Duration)      { f.age(age.Seconds()) }
