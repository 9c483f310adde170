package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mixedRows returns rows of many devices in a random order: of a report, with the id of Graph, with the id of an export, or several of these.
func mixedRows(random *rand.Rand) string {
	var rows []string
	for device := range 3_000 {
		synced := func() string { return fmt.Sprintf("2026-01-%02dT00:00:00Z", 1+random.IntN(3)) }
		user := func() string { return fmt.Sprintf("user%d@contoso.example", random.IntN(3)) }
		if random.IntN(3) > 0 {
			rows = append(rows, fmt.Sprintf(`{"DeviceId":"Device-%d","UserPrincipalName":%q,"AppInstallState":"Installed","LastModifiedDateTime":%q}`, device, user(), synced()))
		}
		for n := range random.IntN(3) {
			rows = append(rows, fmt.Sprintf(`{"id":"graph-%d-%d","deviceId":"dEVICE-%d","userPrincipalName":%q,"installState":"failed","lastSyncDateTime":%q}`, device, n, device, user(), synced()))
		}
	}
	random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return strings.Join(rows, "\n")
}

func TestAnImportThatIsKilledAndRepeatedHasTheSameResult(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var before strings.Builder
	before.WriteString("DeviceId,UserPrincipalName,LastModifiedDateTime\n")
	for device := range 2_000 {
		fmt.Fprintf(&before, "device-%d,user%d@contoso.example,2026-01-02 00:00:00\n", device, random.IntN(3))
	}
	text := mixedRows(random)
	file := filepath.Join(t.TempDir(), "rows.ndjson")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, killed := newDatabase(t), newDatabase(t)
	for _, d := range []database{whole, killed} {
		d.imports(before.String(), "2000 created", "--app", "app", "--state", "unknown")
	}
	began := time.Now()
	whole.imports(text, "", "--app", "app")
	took, kills := time.Since(began), 0
	for range 8 {
		process := exec.Command(os.Args[0], "import", "--db", "sqlite:"+killed.file, "--tenant", tenantA, "--app", "app", file)
		process.Env = append(os.Environ(), asProgram+"=1")
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took/4 + time.Duration(random.Int64N(int64(took))))
		process.Process.Kill()
		if process.Wait() != nil {
			kills++
		}
	}
	killed.imports(text, "", "--app", "app")
	if killed.exports() != whole.exports() {
		t.Error("the rows differ from those of an import that was not killed")
	}
	whole.imports(text, "", "--app", "app")
	if killed.exports() != whole.exports() {
		t.Error("the rows differ after the file was imported again")
	}
	t.Logf("an import took %v; %d of 8 were killed", took, kills)
}

func TestARowThatIsOlderThanWhatIsStoredIsKeptOut(t *testing.T) {
	d := newDatabase(t)
	const header = "DeviceId,AppInstallState,LastModifiedDateTime\n"
	d.imports(header+"1,Installed,2026-01-02 00:00:00\n2,Installed,2026-01-02 00:00:00\n", "2 created", "--app", "app")
	old := header + "1,Failed,2026-01-01 00:00:00\n2,Failed,2026-01-02 00:00:00\n"
	d.imports(old, "2 rows read, 0 created, 1 changed, 0 unchanged, 0 invalid, 1 older than what is stored;", "--app", "app")
	d.imports(old, "2 rows read, 0 created, 1 changed, 1 unchanged, 0 invalid;", "--app", "app", "--overwrite")
}

func TestAGraphEntityTakesOverTheRowOfAReport(t *testing.T) {
	d := newDatabase(t)
	const report = "DeviceId,UserPrincipalName,AppInstallState\nABC,anna@contoso.example,1\n"
	d.imports(report, "1 created", "--app", "app")
	d.imports(`{"id":"graph","deviceId":"abc","userPrincipalName":"Anna@contoso.example"}`, "0 created, 1 changed", "--app", "app")
	d.imports(report, "0 created, 1 changed", "--app", "app")
	if got := d.exports(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"id":"graph"`) || !strings.Contains(got, `"deviceId":"ABC"`) {
		t.Error(got)
	}
}
