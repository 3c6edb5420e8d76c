// Package static holds what browsers fetch: style sheet, script, icons, font.
//
// build.mjs makes the folder dist; only that folder is embedded. Names carry a
// hash of their content, so pages ask for them by their logical name through Asset.
package static

import (
	"encoding/json"
	"io/fs"
	"sync"
)

// Entry is one built file: where it is served and what its content must hash to.
type Entry struct {
	URL    string `json:"url"`
	SHA256 string `json:"sha256"` // base64, as Subresource Integrity writes it
}

// Asset answers the address of a built file for its logical name, such as
// "app.css". A name that was not built answers "/static/" + the name, so that
// pages can be drawn (and tested) before the first build.
func Asset(logical string) string {
	if entry, ok := entries()[logical]; ok {
		return entry.URL
	}
	return "/static/" + logical
}

// Built reports whether a file of that logical name exists.
func Built(logical string) bool {
	_, ok := entries()[logical]
	return ok
}

// Entries lists all built files by logical name; the map is not to be changed.
func Entries() map[string]Entry { return entries() }

// entries reads the list of built files once; a tree without a build has none.
var entries = sync.OnceValue(func() map[string]Entry {
	list := map[string]Entry{}
	text, err := fs.ReadFile(files, listPath)
	if err != nil {
		return list
	}
	if err := json.Unmarshal(text, &list); err != nil {
		panic("static: " + listPath + " is not what build.mjs writes: " + err.Error())
	}
	return list
})
