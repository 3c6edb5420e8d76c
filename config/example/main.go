//go:build !js

// Example writes the settings with their defaults: go run ./config/example > .env.example.
package main

import (
	"fmt"

	"hampi/config"
)

func main() { fmt.Print(config.Example()) }
