# Hampi. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := build
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo dev)
GO ?= go
GINKGO := $(GO) tool ginkgo
LDFLAGS := -s -w -X main.version=$(VERSION)
PACKAGES := static/node_modules/.package-lock.json
SUITES ?= ./...

.PHONY: help run build test test-long lint bench audit generate wasm clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: build ## build, start the embedded PostgreSQL, fill the demonstration clinics, serve
	HAMPI_ENV=demo ./bin/hampi serve

build: generate wasm ## bin/hampi, with its pages, style, scripts and the app for the browser inside
	@cd static && node build.mjs
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/hampi .

$(PACKAGES): static/package-lock.json
	cd static && npm ci --omit=dev --ignore-scripts --no-audit --no-fund
	@touch $@

generate: $(PACKAGES) ## views from templ, tables from packages, style and scripts
	@$(GO) tool templ generate -log-level error 2>/dev/null || $(GO) tool templ generate
	@$(GO) generate ./modules/...
	@cd static && node build.mjs

wasm: generate ## the app for the browser: static/dist-wasm/app.wasm
	@mkdir -p static/dist-wasm
	@GOOS=js GOARCH=wasm $(GO) build -trimpath -ldflags '-s -w' -o static/dist-wasm/app.wasm .

clean: ## remove what was built (never ./data)
	rm -rf bin static/dist-wasm
	find static/dist -type f ! -name .gitkeep -delete
