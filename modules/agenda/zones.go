package agenda

import (
	"context"
	"sync"
	"time"

	"hampi/modules/platform/access"
)

// zones remembers the clinics' time zones: reading one takes longer than a query.
type zones struct {
	mu    sync.Mutex
	known map[string]*time.Location
}

func newZones() *zones { return &zones{known: map[string]*time.Location{}} }

// named finds a zone; UTC−5, the time of Peru, for a name nobody knows.
func (z *zones) named(name string) *time.Location {
	z.mu.Lock()
	defer z.mu.Unlock()
	if zone, ok := z.known[name]; ok {
		return zone
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		zone = time.FixedZone("PET", -5*60*60)
	}
	z.known[name] = zone
	return zone
}

// Zone is the zone of the clinic that asks.
func (s *Service) Zone(ctx context.Context) *time.Location {
	return s.zones.named(access.Who(ctx).TimeZone)
}

// Today is the clinic's day.
func (s *Service) Today(ctx context.Context) Date { return DateOf(s.now(), s.Zone(ctx)) }

// Now is the present moment in the clinic's zone.
func (s *Service) Now(ctx context.Context) time.Time { return s.now().In(s.Zone(ctx)) }
