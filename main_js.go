//go:build js

// Hampi in the browser: the same app, answering the service worker when the network does not.
package main

import (
	"hampi/modules"
	"hampi/modules/platform/offline"
)

func main() { offline.Serve(offline.App{Handler: modules.Browser()}) }
