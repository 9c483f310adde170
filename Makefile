# The project's commands. Most need only Go. The exceptions: lint needs npm, to check the contract; conformance needs Python and
# npm; clients and test-clients need the languages; bench needs Linux and wrk; screenshots needs Chromium.

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
REDOCLY  := @redocly/cli@2.77.0
FUZZTIME := 30000x

.PHONY: run test screenshots build build-all gen clients test-clients lint conformance vuln fuzz bench

# Start a server on an embedded database with sample data, and print a curl command to paste.
run: build
	@bin/installstatus serve --dev --sample

# Run all tests.
test:
	go test ./...
	@test -n "$$INSTALLSTATUS_POSTGRES" || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		echo "PostgreSQL is not installed: the tests of its engine were skipped. Install it, or set INSTALLSTATUS_POSTGRES=postgres://…"

# Write a picture of each state of the page to bin/screenshots, and update the README's picture.
screenshots:
	INSTALLSTATUS_BROWSER=required INSTALLSTATUS_SCREENSHOTS=$(CURDIR)/bin/screenshots go test ./server/web -run 'Page|Reference' -count 1
	cp bin/screenshots/first-load.png server/web/screenshot.png

# Build bin/installstatus, one file without dependencies.
build:
	@echo "building bin/installstatus (the first build takes a minute or two)"
	@CGO_ENABLED=0 go build -trimpath -o bin/installstatus$$(go env GOEXE) ./server

# Build it for Linux, macOS and Windows.
build-all:
	@for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do \
		export CGO_ENABLED=0 GOOS=$${target%/*} GOARCH=$${target#*/}; \
		go build -trimpath -o bin/$$GOOS-$$GOARCH/installstatus$$(go env GOEXE) ./server || exit 1; \
		echo bin/$$GOOS-$$GOARCH; \
	done

# Generate gen/ from openapi.yaml.
gen:
	go tool oapi-codegen -config gen/oapi-codegen.yaml openapi.yaml
	cp openapi.yaml gen/openapi.yaml

# Generate clients from openapi.yaml into gen/clients/LANGUAGE. LANG=python on the command line selects one; LANG in the environment
# is a locale, and is ignored.
clients:
	@LC_ALL=C.UTF-8 go run ./server/clients/generated generate $(language)

# Generate them, and check each with a program in its language.
test-clients:
	@LC_ALL=C.UTF-8 go run ./server/clients/generated check $(language)

language = $(if $(filter command,$(origin LANG)),$(LANG))

# Check the code and the contract.
lint:
	go vet ./...
	go run $(GOLANGCI) run --allow-parallel-runners
	npx --yes $(REDOCLY) lint openapi.yaml --config .redocly.yaml

# Check the program against its contract with Schemathesis, Prism, Spectral, oasdiff, and other generators and validators. This takes
# about ten minutes; EXAMPLES=50 makes it quicker.
conformance:
	INSTALLSTATUS_CONFORMANCE=required INSTALLSTATUS_CONFORMANCE_EXAMPLES=$(EXAMPLES) go test ./server/conformance -count 1 -timeout 30m -v

# Look for known vulnerabilities in the dependencies. Needs access to vuln.go.dev.
vuln:
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

# Fuzz each parser for FUZZTIME: a number of inputs, or a time such as 10m. If the time ends while an input is being tried, go test
# may report a failure.
fuzz:
	@grep -ro --include='*_test.go' 'func Fuzz[A-Za-z]*' api server | sed 's/func //' | while IFS=: read -r file target; do \
		package=$$(dirname $$file); \
		echo "$$target ($$package)"; \
		go test ./$$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x </dev/null || exit 1; \
	done

# Compare this server with others and update the tables in README.md and server/bench/README.md. This takes five minutes; FULL=1
# measures more and takes twenty. BENCHFLAGS=-help lists further flags.
bench:
	@test "$$(uname)" = Linux || { echo "make bench needs Linux: it reads a process's cost from /proc"; exit 1; }
	@cd server/bench && go build -mod=mod -o out/bench . && exec out/bench $(if $(FULL),-full) $(BENCHFLAGS)
