// Package offline is what carries the app in the browser: the bridge between the service worker and the same Echo app
// that the server runs.
package offline

// CannotAnswer is the header of an answer that the service worker must not show: the app in the browser has no such
// page, so the network's own failure is the truth.
const CannotAnswer = "X-Hampi-Cannot"

// CopyHeader is the header by which the server's answer to a write asks the device to keep a copy of what was sent, under
// the edition that the header says; the service worker hands the same request with the same header to the app.
const CopyHeader = "X-Hampi-Copia"
