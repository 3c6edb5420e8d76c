//go:build js

package offline

import (
	"context"
	"fmt"
	"syscall/js"
)

// Table gives a table of codes that the service worker keeps, by the global hampiTable(name, have), which gives
// {version, body}. The body is nil when have is the version in force here.
func Table(name string) func(ctx context.Context, have string) (version string, body []byte, err error) {
	return func(ctx context.Context, have string) (string, []byte, error) {
		answer, err := call(ctx, "", "hampiTable", name, have)
		if err != nil {
			return "", nil, err
		}
		version := answer.Get("version")
		if version.Type() != js.TypeString {
			return "", nil, fmt.Errorf("the worker gave no version of the table %s", name)
		}
		return version.String(), bytesOf(answer.Get("body")), nil
	}
}
