//go:build js

package offline

import (
	"context"
	"syscall/js"
	"time"
)

// Poster sends a body to an address of the clinic's server by the global hampiPost(path, headers, body) of the service
// worker, which gives {status, body} and, where the server named a time to wait, retryAfter in seconds. It fails when
// there is no server.
func Poster(path string) func(ctx context.Context, header map[string]string, body []byte) (int, []byte, error) {
	return func(ctx context.Context, header map[string]string, body []byte) (int, []byte, error) {
		pairs := make([]any, 0, len(header))
		for name, value := range header {
			pairs = append(pairs, []any{name, value})
		}
		answer, err := call(ctx, "", "hampiPost", path, pairs, bytesTo(body))
		if err != nil {
			return 0, nil, err
		}
		status, text := answer.Get("status").Int(), bodyOf(answer.Get("body"))
		if wait := answer.Get("retryAfter"); wait.Type() == js.TypeNumber && wait.Float() > 0 {
			return status, text, RetryAfter(time.Duration(wait.Float() * float64(time.Second)))
		}
		return status, text, nil
	}
}

// bodyOf reads a body however the worker hands it over: as text or as bytes.
func bodyOf(v js.Value) []byte {
	if v.Type() == js.TypeString {
		return []byte(v.String())
	}
	return bytesOf(v)
}
