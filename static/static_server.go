//go:build !js

package static

import (
	"embed"
	"io/fs"
)

// listPath names the list of all built files, the WebAssembly app included.
const listPath = "dist/assets.json"

//go:embed all:dist
var files embed.FS

// Dist is the built folder, to be served below /static/ (sw.js: at /sw.js).
func Dist() fs.FS {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic("static: " + err.Error()) // the path is a constant: cannot happen
	}
	return dist
}
