# What people run. Everything needs Go alone, but for lint's check of the contract, which needs npm, for conformance, for
# clients, which need the languages, and for bench, which needs Linux and wrk.

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
REDOCLY  := @redocly/cli@2.77.0
FUZZTIME := 30000x

.PHONY: run test screenshots build build-all gen clients test-clients lint conformance vuln fuzz bench

# Start a server on an embedded database with sample data, and print a curl that works when pasted.
run: build
	@bin/installstatus serve --dev --sample

# Run all tests.
test:
	go test ./...
	@test -n "$$INSTALLSTATUS_POSTGRES" || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		echo "Skipped, for there is no PostgreSQL: the tests of its engine. Install it, or name one by INSTALLSTATUS_POSTGRES=postgres://…"

# Take a picture of the page in each of its states: bin/screenshots. It needs Chromium.
screenshots:
	INSTALLSTATUS_BROWSER=required INSTALLSTATUS_SCREENSHOTS=$(CURDIR)/bin/screenshots go test ./server/web -run 'Page|Reference' -count 1

# Build bin/installstatus, which needs nothing beside it.
build:
	@CGO_ENABLED=0 go build -trimpath -o bin/installstatus$$(go env GOEXE) ./server

# Build the same for the systems that people have.
build-all:
	@for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do \
		export CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/}; \
		go build -trimpath -o bin/$$GOOS-$$GOARCH/installstatus$$(go env GOEXE) ./server || exit 1; \
		echo bin/$$GOOS-$$GOARCH; \
	done

# Write gen/ from openapi.yaml.
gen:
	go tool oapi-codegen -config gen/oapi-codegen.yaml openapi.yaml
	cp openapi.yaml gen/openapi.yaml

# Make clients from openapi.yaml: gen/clients/LANGUAGE. LANG=python makes one; a LANG of the environment is a locale.
clients:
	@LC_ALL=C.UTF-8 go run ./server/clients/generated generate $(language)

# Make them, and check by a program a language what holds of each.
test-clients:
	@LC_ALL=C.UTF-8 go run ./server/clients/generated check $(language)

language = $(if $(filter command,$(origin LANG)),$(LANG))

# Check the code and the contract.
lint:
	go vet ./...
	go run $(GOLANGCI) run --allow-parallel-runners
	npx --yes $(REDOCLY) lint openapi.yaml --config .redocly.yaml

# Hold the program to its contract with Schemathesis, Prism, Spectral and oasdiff, in about ten minutes; EXAMPLES=50 is a quick
# look. It needs Python and npm.
conformance:
	INSTALLSTATUS_CONFORMANCE=required INSTALLSTATUS_CONFORMANCE_EXAMPLES=$(EXAMPLES) go test ./server/conformance -count 1 -timeout 30m -v

# Look for known vulnerabilities of what the program uses; needs vuln.go.dev.
vuln:
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

# Fuzz each parser for FUZZTIME: so many inputs, or a time such as 10m. go test may call it a failure that a time is over while
# an input is tried.
fuzz:
	@for target in $$(grep -rho --include='*_test.go' 'func Fuzz[A-Za-z]*' api server | cut -d' ' -f2); do \
		package=$$(grep -rl --include='*_test.go' "func $$target(" api server | xargs dirname); \
		echo "$$target ($$package)"; \
		go test ./$$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x || exit 1; \
	done

# Measure this server beside others, in five minutes, and write the table into the README. FULL=1 measures more, in twenty.
# BENCHFLAGS=-help tells what else can be said.
bench:
	@test "$$(uname)" = Linux || { echo "make bench needs Linux, whose /proc says what a process costs"; exit 1; }
	@cd server/bench && go build -mod=mod -o out/bench . && exec out/bench $(if $(FULL),-full) $(BENCHFLAGS)
