package transfer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"installstatus/api/status"
	"installstatus/api/status/memory"
)

// rowsOfApps returns a store with the given number of rows in each app, which are named app-000, app-001 and so on.
func rowsOfApps(t *testing.T, rows ...int) *memory.Store {
	t.Helper()
	store := new(memory.Store)
	for app, count := range rows {
		imported := make([]status.Imported, count)
		for n := range imported {
			imported[n].ID = fmt.Sprintf("id-%04d", n)
		}
		if _, err := store.Import(t.Context(), "tenant", fmt.Sprintf("app-%03d", app), imported); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

func TestExportWritesEveryRowOnceInOrder(t *testing.T) {
	rows := slices.Repeat([]int{2}, 201) // three pages of apps
	rows[7] = 2001                       // three pages of rows
	store := rowsOfApps(t, rows...)
	for app, want := range map[string]Exported{
		"": {Apps: 201, Rows: 2401}, "app-007": {Apps: 1, Rows: 2001}, "app-009 app-007 app-009": {Apps: 2, Rows: 2003},
	} {
		var text strings.Builder
		w, err := NewWriter(&text, NDJSON)
		if err != nil {
			t.Fatal(err)
		}
		var last int64
		exported, err := Export(t.Context(), store, "tenant", strings.Fields(app), w, func(rows int64) { last = rows })
		if exported != want || err != nil || last != int64(want.Rows) {
			t.Errorf("app %q: %+v with progress %d, %v; want %+v", app, exported, last, err, want)
		}
		read, refused, err := all(text.String(), "")
		if refused != nil || err != nil {
			t.Fatal(refused, err)
		}
		keys := make([]string, len(read))
		for i, row := range read {
			keys[i] = row.App + " " + row.ID
		}
		if len(keys) != want.Rows || !slices.IsSorted(keys) || len(slices.Compact(keys)) != want.Rows {
			t.Errorf("app %q: %d rows, sorted: %t", app, len(keys), slices.IsSorted(keys))
		}
	}
}

// full is a disk with space for a number of writes.
type full struct{ writes int }

func (f *full) Write(p []byte) (int, error) {
	if f.writes--; f.writes < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestExportEndsWithTheFirstErrorOfTheWriter(t *testing.T) {
	to := &full{writes: 3}
	w, err := NewWriter(to, NDJSON)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Export(t.Context(), rowsOfApps(t, 2, 2, 2), "tenant", nil, w, noProgress); err == nil || err.Error() != "disk full" || to.writes != -1 {
		t.Errorf("%v, %d writes after it", err, -1-to.writes)
	}
}

func TestAnExportOfAnUnknownAppWritesNothing(t *testing.T) {
	var text strings.Builder
	w, err := NewWriter(&text, NDJSON)
	if err != nil {
		t.Fatal(err)
	}
	exported, err := Export(t.Context(), rowsOfApps(t, 2), "tenant", []string{"app-000", "other"}, w, noProgress)
	if unknown := (*UnknownAppError)(nil); !errors.As(err, &unknown) || unknown.App != "other" || exported.Rows != 0 || text.Len() > 0 {
		t.Errorf("%+v, %v: %s", exported, err, &text)
	}
}
