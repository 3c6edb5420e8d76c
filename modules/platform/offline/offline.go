// Package offline is what carries the app in the browser: the bridge between the service worker and the same Echo app
// that the server runs.
package offline

import "strings"

// CannotAnswer is the header of an answer that the service worker must not show: the app in the browser has no such
// page, so the network's own failure is the truth.
const CannotAnswer = "X-Hampi-Cannot"

// nullBody lists the statuses whose answers have no body at all; a browser refuses one.
func nullBody(status int) bool {
	return status == 101 || status == 204 || status == 205 || status == 304
}

// dropped names headers that mean nothing, or harm, in an answer that the device gives itself.
func dropped(name string) bool {
	switch strings.ToLower(name) {
	case "set-cookie", "content-encoding", "content-length", "strict-transport-security":
		return true
	}
	return false
}
