package recipe

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	tenant = "5a3d2f10-6c1b-4e0f-9d4a-2b7c8e9f0a11"
	target = "/deviceAppManagement/mobileApps/app/deviceStatuses"
)

// areInForce starts the program that was built, and sees it answer the property and the operation.
func areInForce(t *testing.T, c *copied) {
	p := program{file: filepath.Join(c.folder, "bin", "installstatus"), folder: t.TempDir()}
	address := p.serve(t)
	token := strings.TrimSpace(string(p.run(t, nil, "token")))
	for _, row := range []struct{ method, target, body, status, says string }{
		{"PATCH", target + "/id", `{"serialNumber":"C02XK1ZGJHD4"}`, "201 Created", `"serialNumber":"C02XK1ZGJHD4"}`},
		{"GET", target + "/id", "", "200 OK", `"serialNumber":"C02XK1ZGJHD4"}`},
		{"PATCH", target + "/id", `{"displayVersion":"1"}`, "200 OK", `"displayVersion":"1","serialNumber":"C02XK1ZGJHD4"}`},
		{"PATCH", target + "/other", `{}`, "201 Created", `"serialNumber":null}`},
		{"PATCH", target + "/other", `{"serialNumber":9}`, "400 Bad Request", `"target":"/serialNumber"`},
		{"PATCH", target + "/other", `{"serialnumber":"1"}`, "400 Bad Request", `Did you mean 'serialNumber'?`},
		{"GET", target + "?$filter=serialNumber%20eq%20'C02XK1ZGJHD4'&$orderby=serialNumber&$select=serialNumber", "", "200 OK", `{"value":[{"@odata.type":"#microsoft.graph.mobileAppInstallStatus","id":"id","serialNumber":"C02XK1ZGJHD4"}]}`},
		{"PATCH", target + "/other", `{"serialNumber":"1"}`, "200 OK", `"serialNumber":"1"}`},
		{"PATCH", target + "/other", `{"serialNumber":null}`, "200 OK", `"serialNumber":null}`},
		{"GET", target + "/id/app", "", "200 OK", `{"id":"app"}`},
		{"GET", target + "/none/app", "", "404 Not Found", `"ResourceNotFound"`},
	} {
		status, body := ask(t, row.method, address+row.target, row.body, token)
		if status != row.status || !strings.Contains(body, row.says) {
			t.Errorf("%s %s %s: %s %s", row.method, row.target, row.body, status, body)
		}
	}
	for format, says := range map[string]string{"ndjson": `"serialNumber":"C02XK1ZGJHD4"`, "csv": "C02XK1ZGJHD4"} {
		exported := p.run(t, nil, "export", "--db", "sqlite:test.db", "--tenant", tenant, "--format", format)
		if !bytes.Contains(exported, []byte(says)) {
			t.Errorf("an export leaves it out: %s", exported)
		}
		p.run(t, exported, "import", "--db", "sqlite:"+format+".db", "--tenant", tenant, "-")
		if again := p.run(t, nil, "export", "--db", "sqlite:"+format+".db", "--tenant", tenant, "--format", format); !bytes.Equal(again, exported) {
			t.Errorf("%s\nwas imported as %s", exported, again)
		}
	}
}

// program is what was built, and the folder that it is run in.
type program struct{ file, folder string }

// serve starts the server for as long as the test runs.
func (p program) serve(t *testing.T) (address string) {
	t.Helper()
	server := exec.Command(p.file, "serve", "--dev", "--addr", "127.0.0.1:0", "--db", "sqlite:test.db")
	server.Dir = p.folder
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if address = regexp.MustCompile(`http://\S+/beta`).FindString(line); address == "" {
		t.Fatalf("the server says %q, %v", line, err)
	}
	go io.Copy(io.Discard, lines)
	return address
}

func (p program) run(t *testing.T, input []byte, arguments ...string) (output []byte) {
	t.Helper()
	command := exec.Command(p.file, arguments...)
	command.Dir, command.Stdin = p.folder, bytes.NewReader(input)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(arguments, " "), err, output, &complaints)
	}
	return output
}

func ask(t *testing.T, method, address, body, token string) (status, answer string) {
	t.Helper()
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json", "Prefer": "create-if-missing"} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.Status, string(content)
}
