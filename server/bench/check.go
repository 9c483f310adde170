package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"installstatus/server/bench/traffic"
)

// checker sends requests to a server outside of the rounds, and reads the responses as a client does.
type checker struct {
	*process
	token  string
	rows   int
	client *http.Client
}

func newChecker(p *process, token string, rows int) *checker {
	transport := &http.Transport{MaxIdleConnsPerHost: callers, DisableCompression: true}
	return &checker{process: p, token: token, rows: rows, client: &http.Client{Transport: transport, Timeout: time.Minute}}
}

// callers is the number of concurrent callers of a check.
const callers = 16

// learn sends every variant to one row, checks the response, and writes the requests and the expected responses for
// load.lua.
func (c *checker) learn(ctx context.Context, texts string) error {
	row := traffic.Row(c.rows - 1)
	var all strings.Builder
	for variant := range traffic.Variants {
		body, err := c.patch(ctx, row, traffic.Body(row, variant))
		if err != nil {
			return err
		}
		if err := c.holds(body, row, variant); err != nil {
			return err
		}
		for _, text := range []string{traffic.Request(c.host, c.token, row, variant), string(body)} {
			pieces := strings.Split(text, row)
			if len(pieces) != 5 {
				return fmt.Errorf("the row stands %d times, not 4, in %s", len(pieces)-1, text)
			}
			for _, piece := range pieces {
				all.WriteString(piece + "\x00")
			}
		}
	}
	return os.WriteFile(texts, []byte(all.String()), 0o600)
}

// hold checks that the server does the work under concurrency: each caller changes its own rows and reads them back.
func (c *checker) hold(ctx context.Context, changes int) error {
	var wait sync.WaitGroup
	failed := make([]error, callers)
	for caller := range callers {
		wait.Go(func() {
			for range changes / callers {
				row, variant := traffic.Row(caller+callers*rand.IntN(c.rows/callers)), rand.IntN(traffic.Variants)
				for _, body := range []string{traffic.Body(row, variant), "{}"} {
					answer, err := c.patch(ctx, row, body)
					if err == nil {
						err = c.holds(answer, row, variant)
					}
					if err != nil {
						failed[caller] = err
						return
					}
				}
			}
		})
	}
	wait.Wait()
	return cmp.Or(failed...)
}

// kept checks after the rounds that each row is the result of one request.
func (c *checker) kept(ctx context.Context, rows int) error {
	for range rows {
		row := traffic.Row(rand.IntN(c.rows))
		answer, err := c.patch(ctx, row, "{}")
		if err != nil {
			return err
		}
		_, version, _ := strings.Cut(string(answer), traffic.DisplayVersion)
		var variant int
		if _, err := fmt.Sscanf(version, "%3d", &variant); err != nil {
			return fmt.Errorf("a row has a display version that nobody sent: %s", answer)
		}
		if err := c.holds(answer, row, variant); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) patch(ctx context.Context, row, body string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPatch, "http://"+c.host+traffic.Path(row), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		return nil, fmt.Errorf("row %s: %s %s", row, response.Status, answer)
	}
	return answer, nil
}

// holds returns nil if the response is exactly the row that the variant sets.
func (c *checker) holds(answer []byte, row string, variant int) error {
	var got map[string]any
	if err := json.Unmarshal(answer, &got); err != nil {
		return fmt.Errorf("row %s: %w in %s", row, err, answer)
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(traffic.Body(row, variant)), &want); err != nil {
		return err
	}
	want["@odata.type"], want["id"] = "#microsoft.graph.mobileAppInstallStatus", traffic.ID(row)
	const synced = "lastSyncDateTime"
	if !c.sameInstant(got[synced], want[synced]) {
		return fmt.Errorf("row %s: lastSyncDateTime should be %s in %s", row, want[synced], answer)
	}
	got[synced] = want[synced]
	for name, value := range want {
		if got[name] != value {
			return fmt.Errorf("row %s: %s should be %v in %s", row, name, value, answer)
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("row %s: properties that nobody set in %s", row, answer)
	}
	return nil
}

func (c *checker) sameInstant(a, b any) bool {
	first, err := time.Parse(time.RFC3339, fmt.Sprint(a))
	second, otherErr := time.Parse(time.RFC3339, fmt.Sprint(b))
	if c.wholeSeconds {
		second = second.Truncate(time.Second)
	}
	return err == nil && otherErr == nil && first.Equal(second)
}
