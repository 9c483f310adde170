package conformance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// examplesVariable is the number of requests that each run of Schemathesis generates per operation and generating phase.
const examplesVariable = "INSTALLSTATUS_CONFORMANCE_EXAMPLES"

// enoughExamples results in more than 20,000 requests in two runs.
const enoughExamples = 550

// schemathesis sends generated requests to a server. It returns the tool's output and whether it found nothing. The tool's
// configuration is schemathesis.toml.
func schemathesis(t *testing.T, at server, args ...string) (said string, passed bool) {
	t.Helper()
	bin, err := python()
	if err != nil {
		t.Fatal(err)
	}
	var excused [][]string
	for _, e := range exclusionsOf(t, "Schemathesis") {
		if len(e.where) == 2 { // a code and a target; hooks.py and schemathesis.toml handle the others
			excused = append(excused, e.where)
		}
	}
	environment, err := json.Marshal(excused)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(filepath.Join(bin, "st"), append([]string{
		"run", contractFile, "--url", at.origin + "/beta", "--header", "Authorization: Bearer " + at.token,
		"--generation-database", "none", "--no-color"}, args...)...)
	command.Env = append(os.Environ(), "EXCUSED="+string(environment), "PYTHONDONTWRITEBYTECODE=1")
	out, err := command.CombinedOutput()
	return string(out), err == nil
}

// A run uses one processor. Two runs, each with its own server, generate different requests in half the time.
func TestSchemathesisFindsNothing(t *testing.T) {
	required(t)
	examples, err := strconv.Atoi(cmp.Or(os.Getenv(examplesVariable), strconv.Itoa(enoughExamples)))
	if err != nil {
		t.Fatal(err)
	}
	var sent atomic.Int64
	t.Run("", func(t *testing.T) {
		for run := range 2 {
			t.Run(fmt.Sprint("run ", run+1), func(t *testing.T) {
				t.Parallel()
				said, passed := schemathesis(t, start(t), "--max-examples", strconv.Itoa(examples), "--continue-on-failure")
				if !passed {
					t.Errorf("Schemathesis found:\n%s", said)
				}
				if strings.Contains(said, "mostly rejected") {
					t.Errorf("the server refused requests that Schemathesis considers valid:\n%s", said)
				}
				sent.Add(sentOf(said))
			})
		}
	})
	if t.Logf("requests sent: %d", sent.Load()); examples >= enoughExamples && sent.Load() < 20_000 {
		t.Errorf("Schemathesis sent %d requests, fewer than 20,000", sent.Load())
	}
}

func TestSchemathesisFinds(t *testing.T) {
	required(t)
	s := start(t)
	few := []string{"--max-examples", "10", "--max-failures", "1", "--no-shrink", "--seed", "1",
		"--include-operation-id", "createDeviceStatus", "--include-operation-id", "getDeviceStatus", "--include-operation-id", "updateDeviceStatus",
		"--include-operation-id", "deleteDeviceStatus"}
	if said, passed := schemathesis(t, s.behind(t, fault{}), few...); !passed {
		t.Fatalf("found without a fault:\n%s", said)
	}
	for _, f := range faults {
		if f.says == "" {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			args := few
			if f.stateful {
				args = append(few, "--phases", "stateful", "--max-examples", "100", "--mode", "positive") // the fault accepts invalid headers too
			}
			if said, passed := schemathesis(t, s.behind(t, f), args...); passed || !strings.Contains(said, f.says) {
				t.Errorf("it does not say %q:\n%s", f.says, said)
			}
		})
	}
}

var generated = regexp.MustCompile(`(\d+) generated`)

func sentOf(said string) int64 {
	match := generated.FindStringSubmatch(said)
	if match == nil {
		return 0
	}
	sent, err := strconv.ParseInt(match[1], 10, 64)
	if err != nil {
		return 0
	}
	return sent
}
