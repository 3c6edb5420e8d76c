package agenda

import (
	"context"
	"time"

	"hampi/modules/platform/clock"
)

// distant is a store that works without the server, and knows until when it heard of others.
type distant interface {
	AsOf(ctx context.Context) (at time.Time, known bool)
}

// Away reports whether this agenda works on a device, without the server: what only holds while connected is refused.
func (s *Service) Away() bool {
	_, away := s.store.(distant)
	return away
}

// AsOf is the moment, in the clinic's zone, up to which other people's work is known; zero while connected.
func (s *Service) AsOf(ctx context.Context) time.Time {
	if store, away := s.store.(distant); away {
		if at, known := store.AsOf(ctx); known {
			return at.In(s.Zone(ctx))
		}
	}
	return time.Time{}
}

// asOf is the same agenda with its clock at a moment: what somebody did then is judged as of then.
func (s *Service) asOf(moment time.Time) *Service {
	then := *s
	then.now = clock.At(moment)
	return &then
}
