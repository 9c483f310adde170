package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	contractFile = "openapi.yaml"
	readmeFile   = programsDir + "/README.md"

	genDir      = "gen/clients"        // a directory for each language
	programsDir = "server/clients"     // a directory for each language
	outDir      = "server/clients/out" // installed and built files; can be deleted

	openapiGenerator = "7.25.0" // OpenAPI Generator's version
)

// language is a language with its generator. Commands run in the directory of the contract by default.
type language struct {
	name, title string
	generator   string
	version     string
	options     []string // of the generator, besides the input and the output
	pinned      string   // the file in programsDir that pins the version
	needs       string   // what the client needs to run, as Markdown

	install []command // installs the generator and what the client needs
	write   []command // generates the client into an empty directory
	build   []command // builds the program
	start   command   // runs the program

	source string // the program's file in programsDir
	fence  string // Markdown's name for the language
}

// command is a program with its arguments, its directory and additional environment variables.
type command struct {
	dir  string
	args []string
	env  []string
}

func at(dir string, args ...string) command { return command{dir: dir, args: args} }

func (c command) in(env ...string) command {
	c.env = env
	return c
}

var languages = []language{
	{
		name: "go", title: "Go",
		generator: "oapi-codegen", version: "2.8.2",
		options: []string{"always-prefix-enum-values", "disable-required-readonly-as-pointer", "nullable-type"},
		needs:   "what its `go.mod` names",
		write: []command{
			at("", "go", "tool", "oapi-codegen", "-config", "server/clients/go/oapi-codegen.yaml", contractFile),
			at("gen/clients/go", "go", "mod", "init", "installstatusclient"),
			at("gen/clients/go", "go", "mod", "edit", "-go=1.26.0", "-require=github.com/oapi-codegen/nullable@v1.1.0", "-require=github.com/oapi-codegen/runtime@v1.8.0"),
			at("gen/clients/go", "go", "mod", "tidy"),
		},
		build:  []command{at("server/clients/go", "go", "build", "-o", "../out/go/client", ".")},
		start:  at("", "server/clients/out/go/client"),
		source: "go/main.go", fence: "go",
	},
	{
		name: "typescript", title: "TypeScript",
		generator: "openapi-typescript", version: "7.13.0", pinned: "typescript/package.json",
		needs:   "openapi-fetch",
		install: []command{at("server/clients/typescript", "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error")},
		write: []command{
			at("", "server/clients/typescript/node_modules/.bin/openapi-typescript", contractFile, "--output", "gen/clients/typescript/schema.d.ts"),
		},
		build:  []command{at("server/clients/typescript", "node_modules/.bin/tsc")},
		start:  at("", "node", "server/clients/typescript/out/client.js"),
		source: "typescript/client.ts", fence: "ts",
	},
	{
		name: "python", title: "Python",
		generator: "openapi-python-client", version: "0.29.1", pinned: "python/requirements.txt",
		options: []string{"--meta none"},
		needs:   "attrs, httpx",
		install: []command{
			at("", "python3", "-m", "venv", "server/clients/out/python"),
			at("", "server/clients/out/python/bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", "server/clients/python/requirements.txt"),
		},
		write: []command{
			at("", "server/clients/out/python/bin/openapi-python-client", "generate", "--path", contractFile,
				"--output-path", "gen/clients/python/installstatus_client", "--meta", "none"),
		},
		start:  at("", "server/clients/out/python/bin/python", "server/clients/python/client.py").in("PYTHONPATH=gen/clients/python"),
		source: "python/client.py", fence: "python",
	},
	{
		name: "java", title: "Java",
		generator: "OpenAPI Generator java", version: openapiGenerator,
		options: []string{"library=native"},
		needs:   "what its `pom.xml` names",
		install: fetchOpenAPIGenerator,
		write: []command{generateWith("java", "library=native",
			"invokerPackage=installstatus.client", "apiPackage=installstatus.client.api", "modelPackage=installstatus.client.model")},
		build:  []command{at("", "mvn", "--quiet", "--batch-mode", "--file", "server/clients/java/pom.xml", "compile")},
		start:  at("", "java", "-cp", "server/clients/out/java/classes:server/clients/out/java/classpath/*", "Client"),
		source: "java/Client.java", fence: "java",
	},
	{
		name: "rust", title: "Rust",
		generator: "OpenAPI Generator rust", version: openapiGenerator,
		options: []string{"packageVersion=0.1.0", "supportAsync=false"},
		needs:   "what its `Cargo.toml` names",
		install: fetchOpenAPIGenerator,
		write:   []command{generateWith("rust", "packageVersion=0.1.0", "supportAsync=false", "packageName=installstatus_client")},
		build:   []command{at("", "cargo", "build", "--quiet", "--locked", "--manifest-path", "server/clients/rust/Cargo.toml", "--target-dir", "server/clients/out/rust")},
		start:   at("", "server/clients/out/rust/debug/installstatus_client_check"),
		source:  "rust/src/main.rs", fence: "rust",
	},
}

const openapiGeneratorJar = outDir + "/openapi-generator-cli-" + openapiGenerator + ".jar"

// fetchOpenAPIGenerator downloads the generator from Maven Central.
var fetchOpenAPIGenerator = []command{at("", "mvn", "--quiet", "--batch-mode", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
	"-Dartifact=org.openapitools:openapi-generator-cli:"+openapiGenerator, "-DoutputDirectory="+outDir)}

func generateWith(generator string, properties ...string) command {
	return at("", "java", "-Dlog.level=warn", "-jar", openapiGeneratorJar, "generate", "-i", contractFile, "-g", generator,
		"-o", genDir+"/"+generator, "--additional-properties", strings.Join(properties, ","),
		"--global-property", "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false")
}

func names() string {
	var all []string
	for _, l := range languages {
		all = append(all, l.name)
	}
	return strings.Join(all, ", ")
}

// generate installs the generator and generates the client.
func (l language) generate(ctx context.Context, log io.Writer) error {
	if err := runAll(ctx, log, l.install); err != nil {
		return err
	}
	dir := filepath.Join(genDir, l.name)
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("removing the client from before: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the client's folder: %w", err)
	}
	return runAll(ctx, log, l.write)
}
