//go:build !js

package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter lets each key make so many requests a minute. It counts in this process only.
type Limiter struct {
	perMinute int
	mu        sync.Mutex
	buckets   map[string]*bucket
	swept     time.Time
}

type bucket struct {
	*rate.Limiter
	seen time.Time
}

// NewLimiter allows perMinute requests a minute and key, with as many at once.
func NewLimiter(perMinute int) *Limiter {
	return &Limiter{perMinute: perMinute, buckets: map[string]*bucket{}}
}

// Take counts one request of key, or refuses it with the time to wait.
func (l *Limiter) Take(key string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	b, ok := l.buckets[key]
	if !ok {
		b = &bucket{Limiter: rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), l.perMinute)}
		l.buckets[key] = b
	}
	b.seen = now
	if b.AllowN(now, 1) {
		return nil
	}
	wait := b.ReserveN(now, 1)
	defer wait.CancelAt(now)
	return &TooMany{RetryAfter: wait.DelayFrom(now)}
}

// sweep forgets who has been quiet long enough to be full again.
func (l *Limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for key, b := range l.buckets {
		if now.Sub(b.seen) > 2*time.Minute {
			delete(l.buckets, key)
		}
	}
}
