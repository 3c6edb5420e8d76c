# Hampi. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := build
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo dev)
GO ?= go
GINKGO := $(GO) tool ginkgo
# Journeys wait for pages most of the time: as many run at once as there are processors, each with a program of its own.
JOURNEYS := $(GINKGO) run -p --keep-going --randomize-all
LDFLAGS := -s -w -X main.version=$(VERSION)
PACKAGES := static/node_modules/.package-lock.json
LINTER_VERSION := v2.5.0

.PHONY: help run build test test-long lint bench audit generate wasm clean browser firefox

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

# Inlining stays where the browser's time goes; without it elsewhere the app is an eighth smaller and hardly slower.
INLINED := runtime runtime/... internal/... strings bytes unicode/... strconv encoding/json reflect sync sync/atomic html io bufio syscall/js cmp context hampi/modules/platform/textfold hampi/modules/platform/offline hampi/modules/platform/sorting
WASM_FLAGS := -gcflags 'all=-l' $(foreach p,$(INLINED),-gcflags '$(p)=')

wasm: generate ## the app for the browser: static/dist-wasm/app.wasm
	@mkdir -p static/dist-wasm
	@$(GO) run ./modules/platform/offline/lean bin/lean
	@GOOS=js GOARCH=wasm $(GO) build -overlay bin/lean/overlay.json -trimpath -ldflags '-s -w' $(WASM_FLAGS) -o static/dist-wasm/app.wasm .

clean: ## remove what was built (never ./data)
	rm -rf bin static/dist-wasm
	find static/dist -type f ! -name .gitkeep -delete

# The linter is built from its own module, at this version, into bin/tools.
LINTER := bin/tools/golangci-lint-$(LINTER_VERSION)

$(LINTER):
	@mkdir -p bin/tools
	GOBIN="$(CURDIR)/bin/tools" $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINTER_VERSION)
	@mv bin/tools/golangci-lint $@

lint: generate $(LINTER) ## gofmt, vet, golangci-lint; the browser build compiles
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt -w on these"; exit 1; }
	$(LINTER) run ./...
	GOOS=js GOARCH=wasm $(GO) vet .

test: build browser ## the whole suite, the journeys in a real browser included
	@failed=0; \
	$(GINKGO) run -r --skip-package tests/journeys --keep-going --timeout 20m --randomize-all --poll-progress-after 60s || failed=1; \
	$(JOURNEYS) --timeout 20m --poll-progress-after 60s ./tests/journeys || failed=1; \
	exit $$failed

test-long: build browser firefox ## the same properties and races, many more rounds; the main journey in Firefox
	HAMPI_TEST_LONG=1 $(GINKGO) run -r --skip-package tests/journeys --keep-going --timeout 3h --randomize-all --poll-progress-after 120s
	HAMPI_TEST_LONG=1 $(JOURNEYS) --timeout 3h --poll-progress-after 120s ./tests/journeys
	@[ -d static/node_modules/puppeteer-core ] || (cd static && npm install --include=dev --ignore-scripts --no-save --no-audit --no-fund)
	node tests/firefox.mjs

bench: build ## server times in a large and a small clinic beside their bare SQL; import, start-up, sizes
	$(GO) run ./tests/bench $(BENCH)

# Lighthouse comes only for this, added to what is installed: a running server's PostgreSQL lies there too.
audit: build browser ## Lighthouse (95 or more) and axe on login, agenda and patient page
	@[ -d static/node_modules/lighthouse ] || (cd static && npm install --include=dev --ignore-scripts --no-save --no-audit --no-fund)
	node tests/bench/audit.mjs
	$(GINKGO) run --focus 'is clean for' ./tests/journeys

# Firefox drives one journey more: Debian as root installs it, elsewhere the journey says that it is skipped.
firefox:
	@for b in firefox-esr firefox; do command -v $$b >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq firefox-esr >/dev/null || true; fi

# Chrome or Chromium: Debian as root installs it, elsewhere one line says what to do.
browser:
	@for b in chromium chromium-browser google-chrome google-chrome-stable chrome; do command -v $$b >/dev/null && exit 0; done; \
	[ -d "/Applications/Google Chrome.app" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "The journeys need Chrome or Chromium: install one (Debian: apt-get install chromium) and run make test again."; exit 1; fi
