//go:build js

package static

import "embed"

// listPath names the list of what pages use. It leaves the WebAssembly app out:
// a program cannot hold the hash of itself.
const listPath = "dist/meta/assets.json"

//go:embed all:dist/meta
var files embed.FS
