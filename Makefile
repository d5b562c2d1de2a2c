# paypush: `make` lists what can be done here.

GO ?= go

.DEFAULT_GOAL := help
.PHONY: fuzz help run build test check bench chaos lint fmt deps shots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## server and sandbox on this machine, data under ./var
	$(GO) run ./cmd/paypush dev

build: ## the one binary, bin/paypush
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/paypush ./cmd/paypush

test: deps ## every test: both databases, a real browser, killed processes
	$(GO) vet ./...
	$(GO) test -timeout 20m ./...

check: lint test ## the one gate: everything that must be true of a change

lint: ## format, tidiness, static analysis (building the linters takes minutes, once)
	@test -z "$$(gofmt -l .)" || { echo 'gofmt would change:'; gofmt -l .; exit 1; }
	$(GO) mod tidy -diff
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod golangci-lint run ./...
	$(GO) vet -C test/thirdparty/gosdk .

bench: ## every benchmark, or ONLY=a,b: a line of JSON each
	@$(GO) run ./bench $(if $(ONLY),-only $(ONLY))

fuzz: ## every fuzz target, FUZZ=10s each
	@scripts/fuzz $(or $(FUZZ),10s)

chaos: deps ## faults everywhere, kill -9, databases killed, then the audit: SEED=n RUNS=n
	@seed=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; echo "SEED=$$seed RUNS=$${RUNS:-1}"; \
	PAYPUSH_CHAOS_SEED=$$seed PAYPUSH_CHAOS_RUNS=$${RUNS:-1} $(GO) test -count=1 -timeout 0 -v -run 'Chaos|AProcessMayEnd' ./test/crash ./internal/store

fmt: ## format the code
	gofmt -w .

deps: ## PostgreSQL and Chromium, where they are missing and apt may install them
	@scripts/deps

shots: deps ## pictures of every page, in every view, under var/shots
	@mkdir -p var/shots
	$(GO) test -count=1 ./test/browser -artifacts -outputdir $(CURDIR)/var/shots

clean: ## what was built; never your data
	rm -rf bin
