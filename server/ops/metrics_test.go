package ops_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/server/ops"
	"installstatus/server/store/measure"
)

// engine returns a given error and given statistics.
type engine struct {
	memory.Store
	err   error
	stats measure.Stats
}

func (e *engine) Get(context.Context, string, status.Key) (status.Status, error) {
	return status.Status{}, e.err
}

func (e *engine) Stats() measure.Stats { return e.stats }

func scrape(t testing.TB, m *ops.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(w.Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatal(w.Code, err)
	}
	return string(body)
}

func TestTheOutcomeOfACallIsOneOfAFewWords(t *testing.T) {
	for outcome, err := range map[string]error{
		"":                  nil,
		"not_found":         fmt.Errorf("reading: %w", status.ErrNotFound),
		"condition_not_met": status.ErrConditionNotMet,
		"unavailable":       fmt.Errorf("%w: %w", status.ErrUnavailable, context.DeadlineExceeded),
		"canceled":          context.Canceled,
		"timeout":           context.DeadlineExceeded,
		"_OTHER":            errors.New("something personal"),
	} {
		m := ops.New()
		store := m.Store(&engine{err: err})
		if _, got := store.Get(t.Context(), "tenant", status.Key{}); !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
		if want := fmt.Sprintf(`_count{db_operation_name="get",error_type="%s"} 1`, outcome); !strings.Contains(scrape(t, m), want) {
			t.Errorf("%v is not counted as %q", err, outcome)
		}
	}
}

func TestAnEnginesCountsAreMetrics(t *testing.T) {
	m, e := ops.New(), new(engine)
	m.Store(e)
	e.stats = measure.Stats{Used: 2, Idle: 3, Waits: 5, Waited: 7e9}
	text := scrape(t, m)
	if strings.Contains(text, "commit_group_size") || strings.Contains(text, "write_queue_length") {
		t.Error("an engine that does not group has groups")
	}
	e.stats.Grouping = &measure.Grouping{Waiting: 11, Writes: 300, Commits: [9]uint64{1, 0, 2, 0, 0, 0, 0, 0, 1}}
	text += scrape(t, m)
	for _, want := range []string{
		`db_client_connection_count{db_client_connection_state="used"} 2`,
		`db_client_connection_count{db_client_connection_state="idle"} 3`,
		`db_client_connection_wait_time_seconds_sum 7`,
		`db_client_connection_wait_time_seconds_count 5`,
		`installstatus_write_queue_length 11`,
		`installstatus_commit_group_size_bucket{le="1"} 1`,
		`installstatus_commit_group_size_bucket{le="4"} 3`,
		`installstatus_commit_group_size_bucket{le="256"} 4`,
		`installstatus_commit_group_size_sum 300`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestMetricNamesFollowPrometheus(t *testing.T) {
	m := ops.New()
	m.Store(&engine{stats: measure.Stats{Grouping: new(measure.Grouping)}})
	m.Lookups(func() (hits, misses uint64) { return 1, 2 })
	m.Observe(api.Exchange{Method: http.MethodGet, Status: http.StatusOK})
	m.Observe(api.Exchange{Method: http.MethodGet, Status: http.StatusOK, InBatch: true})
	m.Active(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	problems, err := promlint.New(strings.NewReader(scrape(t, m))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if !strings.HasPrefix(p.Metric, "go_") && p.Metric != "db_client_connection_count" { // Go's and OpenTelemetry's own names
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

// Every method of status.Store is measured, including future ones, unless it is listed here.
func TestEveryCallOfTheStoreIsMeasured(t *testing.T) {
	m := ops.New()
	store := reflect.ValueOf(m.Store(new(memory.Store)))
	calls := 0
	for method := range reflect.TypeFor[status.Store]().Methods() {
		if method.Name == "Ready" || method.Name == "Close" {
			continue
		}
		arguments := []reflect.Value{reflect.ValueOf(t.Context())}
		for i := 1; i < method.Type.NumIn(); i++ {
			arguments = append(arguments, reflect.Zero(method.Type.In(i)))
		}
		store.MethodByName(method.Name).Call(arguments)
		calls++
		if got := strings.Count(scrape(t, m), "db_client_operation_duration_seconds_count{"); got != calls {
			t.Errorf("after %s, %d operations are measured, want %d", method.Name, got, calls)
		}
	}
}
