package conformance

import (
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// examplesVariable says how many requests Schemathesis makes up for an operation in each phase that makes them up.
const examplesVariable = "INSTALLSTATUS_CONFORMANCE_EXAMPLES"

// schemathesis sends what it makes up to a server, and gives what it says and whether it found nothing. Its own configuration is
// schemathesis.toml.
func schemathesis(t *testing.T, at server, args ...string) (said string, passed bool) {
	t.Helper()
	bin, err := python()
	if err != nil {
		t.Fatal(err)
	}
	var excused [][]string
	for _, e := range exclusionsOf(t, "Schemathesis") {
		if len(e.where) == 2 { // a code and a target; hooks.py and schemathesis.toml see to the others
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

func TestSchemathesisFindsNothing(t *testing.T) {
	required(t)
	said, passed := schemathesis(t, start(t), "--max-examples", cmp.Or(os.Getenv(examplesVariable), "150"), "--continue-on-failure")
	if !passed {
		t.Errorf("Schemathesis found:\n%s", said)
	}
	sent := sentOf(said)
	if t.Logf("requests sent: %d", sent); sent < 3000 {
		t.Errorf("Schemathesis sent %d requests, which is too few to say anything", sent)
	}
	if strings.Contains(said, "mostly rejected") {
		t.Errorf("what Schemathesis takes for valid is refused:\n%s", said)
	}
}

func TestSchemathesisFinds(t *testing.T) {
	required(t)
	s := start(t)
	few := []string{"--max-examples", "10", "--max-failures", "1", "--no-shrink", "--seed", "1",
		"--include-operation-id", "createDeviceStatus", "--include-operation-id", "getDeviceStatus", "--include-operation-id", "updateDeviceStatus",
		"--include-operation-id", "deleteDeviceStatus"}
	if said, passed := schemathesis(t, s.behind(t, fault{}), few...); !passed {
		t.Fatalf("without a fault it finds:\n%s", said)
	}
	for _, f := range faults {
		if f.says == "" {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			args := few
			if f.stateful {
				args = append(few, "--phases", "stateful", "--max-examples", "100")
			}
			if said, passed := schemathesis(t, s.behind(t, f), args...); passed || !strings.Contains(said, f.says) {
				t.Errorf("it does not say %q:\n%s", f.says, said)
			}
		})
	}
}

var generated = regexp.MustCompile(`(\d+) generated`)

func sentOf(said string) int {
	match := generated.FindStringSubmatch(said)
	if match == nil {
		return 0
	}
	sent, err := strconv.Atoi(match[1])
	if err != nil {
		return 0
	}
	return sent
}
