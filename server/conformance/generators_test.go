package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	generatorsDir = "generators" // programs that use what generators generate, and what is installed for them

	openapiGenerator = "7.25.0" // OpenAPI Generator's version, as in server/clients
)

// generatorsOut has what generators generate, next to their programs.
var generatorsOut = filepath.Join(outDir, "generators")

// generatorTools installs the tools of the folder generators, and returns the folders of Node's and of Python's programs.
var generatorTools = sync.OnceValues(func() (tools struct{ node, python string }, err error) {
	dir, err := filepath.Abs(generatorsOut)
	if err != nil {
		return tools, err
	}
	tools.node, tools.python = filepath.Join(dir, "node_modules", ".bin"), filepath.Join(dir, "venv", "bin")
	files := []string{"package.json", "package-lock.json", "requirements.txt"}
	for i, name := range files {
		files[i] = filepath.Join(generatorsDir, name)
	}
	return tools, installed(dir, files, func() error {
		return errors.Join(
			run("npm", "ci", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"),
			run("python3", "-m", "venv", filepath.Join(dir, "venv")),
			run(filepath.Join(tools.python, "pip"), "install", "--quiet", "--disable-pip-version-check", "-r", files[2]))
	})
})

// Each client sends a PATCH to the server, with its token as "Bearer", and reads the answer.
func TestOtherGeneratorsClientsWork(t *testing.T) {
	required(t)
	tools, err := generatorTools()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t)
	for name, generate := range map[string]func(t *testing.T, into string) error{
		"swagger-typescript-api": func(_ *testing.T, into string) error {
			return run(filepath.Join(tools.node, "swagger-typescript-api"), "generate", "-p", contractFile, "-o", into, "-n", "api.ts", "--silent")
		},
		"openapi-typescript-codegen": func(_ *testing.T, into string) error {
			return run(filepath.Join(tools.node, "openapi"), "--input", contractFile, "--output", into)
		},
		"typescript-fetch": func(t *testing.T, into string) error {
			return run("java", "-Dlog.level=warn", "-jar", openapiGeneratorJar(t), "generate", "-i", contractFile, "-g", "typescript-fetch", "-o", into)
		},
	} {
		t.Run(name, func(t *testing.T) {
			into := filepath.Join(generatorsOut, name)
			if err := errors.Join(os.RemoveAll(into), generate(t, into)); err != nil {
				t.Fatal(err)
			}
			program, err := os.ReadFile(filepath.Join(generatorsDir, name+".ts"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(into+".ts", program, 0o644); err != nil {
				t.Fatal(err)
			}
			compiled := filepath.Join(generatorsOut, "compiled", name)
			if err := run(filepath.Join(tools.node, "tsc"), "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom",
				"--module", "commonjs", "--moduleResolution", "node10", "--typeRoots", filepath.Join(generatorsOut, "node_modules/@types"), "--types", "node", "--outDir", compiled, into+".ts"); err != nil {
				t.Fatal(err)
			}
			client := exec.Command("node", filepath.Join(compiled, name+".js"))
			client.Env = append(os.Environ(), "SERVER="+s.origin, "TOKEN="+s.token)
			if out, err := client.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// openapiGeneratorJar downloads OpenAPI Generator once. It skips the test on a machine without Java.
func openapiGeneratorJar(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("OpenAPI Generator needs Java 17 and Maven: %v", err)
		}
	}
	jar := filepath.Join(generatorsOut, "openapi-generator-cli-"+openapiGenerator+".jar")
	if _, err := os.Stat(jar); err != nil {
		if err := run("mvn", "--quiet", "--batch-mode", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
			"-Dartifact=org.openapitools:openapi-generator-cli:"+openapiGenerator, "-DoutputDirectory="+generatorsOut); err != nil {
			t.Fatal(err)
		}
	}
	return jar
}

// The validators and the server agree on the bodies of generators/bodies.json.
func TestOtherValidatorsAgreeWithTheServer(t *testing.T) {
	required(t)
	tools, err := generatorTools()
	if err != nil {
		t.Fatal(err)
	}
	contract, err := filepath.Abs(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(tools.python, "python")
	t.Run("datamodel-code-generator", func(t *testing.T) {
		if err := errors.Join(
			run(python, "-m", "datamodel_code_generator", "--input", contract, "--input-file-type", "openapi",
				"--output", filepath.Join(generatorsOut, "models.py"), "--output-model-type", "pydantic_v2.BaseModel"),
			runIn("PYTHONPATH="+generatorsOut, python, filepath.Join(generatorsDir, "validate.py"), "datamodel-code-generator", contract)); err != nil {
			t.Error(err)
		}
	})
	for _, tool := range []string{"openapi-core", "aiopenapi3"} {
		t.Run(tool, func(t *testing.T) {
			if err := run(python, filepath.Join(generatorsDir, "validate.py"), tool, contract); err != nil {
				t.Error(err)
			}
		})
	}
	for _, tool := range []string{"openapi-enforcer", "express-openapi-validator"} {
		t.Run(tool, func(t *testing.T) {
			if err := runIn("NODE_PATH="+filepath.Dir(tools.node), "node", filepath.Join(generatorsDir, "validate.js"), tool, contract); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("the server", serverAgrees)
}

func serverAgrees(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(generatorsDir, "bodies.json"))
	if err != nil {
		t.Fatal(err)
	}
	var bodies struct{ Valid, Invalid []json.RawMessage }
	if err := json.Unmarshal(text, &bodies); err != nil {
		t.Fatal(err)
	}
	s := start(t)
	for want, bodies := range map[int][]json.RawMessage{http.StatusNotFound: bodies.Valid, http.StatusBadRequest: bodies.Invalid} {
		for _, body := range bodies {
			request, err := http.NewRequest(http.MethodPatch, s.origin+"/beta/deviceAppManagement/mobileApps/app/deviceStatuses/x", strings.NewReader(string(body)))
			if err != nil {
				t.Fatal(err)
			}
			request.Header = http.Header{"Authorization": {"Bearer " + s.token}, "Content-Type": {"application/json"}}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s: %d, want %d", body, response.StatusCode, want)
			}
		}
	}
}

// runIn is run with an environment variable.
func runIn(variable, name string, args ...string) error {
	command := exec.Command(name, args...)
	command.Env = append(os.Environ(), variable)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, out)
	}
	return nil
}
