# The commands of the house. Nothing to configure: `make run` on a fresh machine with Go, Node, npm and make.
export CGO_ENABLED := 0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOLANGCI := .cache/bin/golangci-lint-v2.15.0
DATA ?= ./data
LISTEN ?= localhost:8080

.PHONY: build run clean-data assets generate test lint bench figures

build: assets generate
	go build -ldflags "-s -w -X main.version=$(VERSION)" -o bin/rightkey ./cmd/rightkey

run: build
	exec bin/rightkey demo --data $(DATA) --listen $(LISTEN)

clean-data:
	rm -rf ./data

# What npm brings is only bundled, never run.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

assets: node_modules/.package-lock.json
	go run ./scripts/assets

generate:
	@go tool templ generate -path internal -lazy -log-level warn

# All tests on SQLite and on a private PostgreSQL, pages in a real browser.
test: assets
	RIGHTKEY_POSTGRES_FSYNC=off scripts/with-chromium scripts/with-postgres go test -timeout 30m ./...

lint: assets $(GOLANGCI)
	npx --no-install tsc --noEmit
	go tool templ generate -path internal -check
	$(GOLANGCI) run

$(GOLANGCI):
	GOBIN=$(CURDIR)/.cache/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	mv .cache/bin/golangci-lint $@

# Benchmarks print a ratio to a baseline of the same run; absolute numbers belong to the machine.
bench:
	RIGHTKEY_POSTGRES_FSYNC=on scripts/with-postgres go test -run '^$$' -bench . -p 1 -timeout 60m ./...

# The figures of docs/PERFORMANCE.md, of a nation and of a large county; hours on two processors.
figures:
	RIGHTKEY_POSTGRES_FSYNC=on scripts/with-postgres go run ./scripts/figures
