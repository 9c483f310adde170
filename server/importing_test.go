package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/server/transfer"
)

// interrupting is a store during whose second import somebody interrupts.
type interrupting struct {
	memory.Store
	imports   int
	interrupt func()
}

func (s *interrupting) Import(ctx context.Context, tenant, app string, rows []status.Imported) (int, int, error) {
	if s.imports++; s.imports == 2 {
		s.interrupt()
	}
	return s.Store.Import(ctx, tenant, app, rows)
}

// checked is an import of some rows of an app, before it writes.
func checked(t *testing.T, rows int) *importing {
	t.Helper()
	var text strings.Builder
	text.WriteString("DeviceId\n")
	for n := range rows {
		fmt.Fprintln(&text, n)
	}
	file, err := transfer.Spool(t.Context(), strings.NewReader(text.String()), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	i := &importing{importCommand: importCommand{App: "app", Tenant: "tenant"}, file: file, progress: newProgress(new(bytes.Buffer))}
	if err := i.check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return i
}

func TestAnInterruptedImportEndsBetweenChunksAndSaysHowFarItCame(t *testing.T) {
	i := checked(t, 5*chunk)
	ctx, cancel := context.WithCancel(t.Context())
	store := &interrupting{interrupt: cancel}
	want := fmt.Sprintf("interrupted when %d of %d rows had been written", 2*chunk, 5*chunk)
	if err := i.write(ctx, store); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	if page, err := store.List(t.Context(), "tenant", status.Query{App: "app", Limit: 10 * chunk}); err != nil || len(page.Rows) != 2*chunk {
		t.Errorf("%d rows are there, %v", len(page.Rows), err)
	}
	if err := i.check(ctx); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("a check goes on: %v", err)
	}
}

// sized is a store that knows how many rows each import had.
type sized struct {
	memory.Store
	sizes []int
}

func (s *sized) Import(ctx context.Context, tenant, app string, rows []status.Imported) (int, int, error) {
	s.sizes = append(s.sizes, len(rows))
	return s.Store.Import(ctx, tenant, app, rows)
}

func TestRowsAreWrittenInChunksOfAnAppWhateverTheirOrder(t *testing.T) {
	of := func(calls, rows int) []int { return slices.Repeat([]int{rows}, calls) }
	for name, c := range map[string]struct {
		apps, rows int
		want       []int
	}{
		"one app":                      {1, 2*chunk + 200, []int{chunk, chunk, 200}},
		"two in turn":                  {2, 2*chunk + 200, []int{chunk, chunk, 100, 100}},
		"more than are kept of all":    {16, maxAhead + 320, slices.Concat(of(16, maxAhead/16), of(16, 320/16))},
		"each row of another app":      {maxAhead + 1, maxAhead + 1, of(maxAhead+1, 1)},
		"as many as are kept, but one": {16, maxAhead - 1, slices.Concat(of(15, maxAhead/16), of(1, maxAhead/16-1))},
		"none":                         {1, 0, nil},
	} {
		var text strings.Builder
		for n := range c.rows {
			fmt.Fprintf(&text, "{\"id\":\"%d\",\"mobileAppId\":\"%05d\"}\n", n, n%c.apps)
		}
		file, err := transfer.Spool(t.Context(), strings.NewReader(text.String()), func(int64) {})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		i := importing{importCommand: importCommand{Tenant: "tenant"}, file: file, progress: newProgress(new(bytes.Buffer))}
		store := new(sized)
		if err := errors.Join(i.check(t.Context()), i.write(t.Context(), store)); err != nil || i.created != c.rows {
			t.Errorf("%s: %d of %d rows were created, %v", name, i.created, c.rows, err)
		}
		if !slices.Equal(store.sizes, c.want) {
			t.Errorf("%s: imported %d, want %d", name, store.sizes, c.want)
		}
	}
}

func TestAnImportKeepsNoMoreOfALargeFileThanItMay(t *testing.T) {
	var text strings.Builder
	const rows = 600
	for n := range rows {
		fmt.Fprintf(&text, "{\"id\":\"%d\",\"deviceName\":\"%s\"}\n", n, strings.Repeat("😀", 8192))
	}
	file, err := transfer.Spool(t.Context(), strings.NewReader(text.String()), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	i := importing{importCommand: importCommand{App: "app", Tenant: "tenant"}, file: file, progress: newProgress(new(bytes.Buffer))}
	store := new(sized)
	if err := errors.Join(i.check(t.Context()), i.write(t.Context(), store)); err != nil || i.created != rows {
		t.Errorf("%d of %d rows were created, %v", i.created, rows, err)
	}
	if largest := slices.Max(store.sizes) * text.Len() / rows; largest > maxBytesAhead*5/4 {
		t.Errorf("it kept %d bytes", largest)
	}
}

// failing is a store whose second import fails when it has written a part of its rows.
type failing struct {
	memory.Store
	imports int
}

func (s *failing) Import(ctx context.Context, tenant, app string, rows []status.Imported) (created, changed int, err error) {
	if s.imports++; s.imports == 2 {
		rows, err = rows[:chunk/2], status.ErrUnavailable
	}
	created, changed, _ = s.Store.Import(ctx, tenant, app, rows)
	return created, changed, err
}

func TestAnImportThatFailsCountsWhatIsWrittenAllTheSame(t *testing.T) {
	i := checked(t, 3*chunk)
	const written = chunk + chunk/2
	want := fmt.Sprintf("writing, when %d of %d rows had been written: the store is unavailable", written, 3*chunk)
	if err := i.write(t.Context(), new(failing)); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if i.created != written || i.changed != 0 || i.written != written {
		t.Errorf("%d created and %d changed of %d are counted, and %d are created", i.created, i.changed, i.written, written)
	}
}
