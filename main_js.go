//go:build js

// Hampi in the browser: the same app, answering the service worker when the network does not.
package main

import (
	"fmt"
	"os"

	"hampi/modules"
	"hampi/modules/platform/offline"
)

func main() {
	app, err := modules.Browser()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	offline.Serve(app)
}
