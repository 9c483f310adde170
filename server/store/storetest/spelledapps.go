package storetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

// StoredRow is a row as earlier versions stored it, when the case of a GUID of an app counted.
type StoredRow struct {
	App, ID, User, Device, UPN string
	LastSync                   string // and its instant
	Name                       string // of the device, different for each row
}

// SpelledApps checks the migration that brings apps together whose GUIDs differ in case. open stores the rows in a database with the
// schema before the migration, and opens it.
func SpelledApps(t *testing.T, open func(tenant string, rows []StoredRow) status.Store) {
	const lower = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"
	apps := []string{lower, strings.ToUpper(lower), strings.ToUpper(lower[:8]) + lower[8:], "not a GUID", "NOT A GUID"}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	stored := make(map[string]StoredRow)
	for n := range 7000 { // more than engines move at once
		row := StoredRow{
			App: apps[random.IntN(len(apps))], Device: fmt.Sprint("d-", random.IntN(2000)), UPN: fmt.Sprint("User-", random.IntN(9)),
			LastSync: fmt.Sprintf("2026-01-0%dT00:00:00.000000000Z", 1+random.IntN(4)), Name: fmt.Sprint("row ", n),
		}
		row.ID = []string{status.DeviceStatusID(row.App, row.Device), status.DeviceStatusID(lower, row.Device), fmt.Sprint("id ", random.IntN(2000)), strings.Repeat("é", 500) + fmt.Sprint(random.IntN(3))}[random.IntN(4)]
		row.User = []string{status.UserStatusID(row.App, row.UPN), "a user", ""}[random.IntN(3)]
		stored[row.App+"/"+row.ID] = row
	}
	rows := slices.SortedFunc(maps.Values(stored), func(a, b StoredRow) int {
		return strings.Compare(a.App+"/"+a.ID, b.App+"/"+b.ID)
	})
	store := open("tenant", rows)
	for _, app := range apps {
		if want := together(rows, app); status.CanonicalApp(app) == app {
			found := allRows(t, store, app)
			if len(found) != len(want) {
				t.Fatalf("%s: %d rows, want %d", app, len(found), len(want))
			}
			for _, row := range found {
				if got, want := row.ID+" "+row.User+" "+row.DeviceName.Value+" "+row.LastSyncDateTime.String(), want[row.ID]; got != want {
					t.Errorf("%s:\n%s\nwant\n%s", app, got, want)
				}
			}
			continue
		}
		page, err := store.List(context.Background(), "tenant", status.Query{App: app, Query: query.Query{Limit: 1}})
		if err != nil || len(page.Rows) != 0 {
			t.Errorf("%s still has rows, %v", app, err)
		}
	}
}

func allRows(t *testing.T, store status.Store, app string) (rows []status.Row) {
	t.Helper()
	for q := (status.Query{App: app, Query: query.Query{Limit: 1000}}); ; {
		page, err := store.List(context.Background(), "tenant", q)
		if err != nil {
			t.Fatal(err)
		}
		if rows = append(rows, page.Rows...); !page.More {
			return rows
		}
		q.After = q.CursorOf(rows[len(rows)-1])
	}
}

// together returns the rows that an app has after the migration, by id.
func together(rows []StoredRow, app string) map[string]string {
	best := make(map[string]StoredRow)
	for _, own := range []bool{true, false} { // of rows that synced at the same time, the app's own, and then the first
		for _, row := range rows {
			if status.CanonicalApp(row.App) != app || (row.App == app) != own {
				continue
			}
			row.ID, row.User = movedIDs(row, app)
			if other, ok := best[row.ID]; !ok || other.LastSync < row.LastSync {
				best[row.ID] = row
			}
		}
	}
	want := make(map[string]string)
	for id, row := range best {
		want[id] = id + " " + row.User + " " + row.Name + " " + row.LastSync
	}
	return want
}

// movedIDs returns the ids that a row has in an app: those that were derived from its old app are derived from the new one.
func movedIDs(row StoredRow, app string) (id, user string) {
	id, user = row.ID, row.User
	if id == status.DeviceStatusID(row.App, row.Device) {
		id = status.DeviceStatusID(app, row.Device)
	}
	if user == status.UserStatusID(row.App, row.UPN) {
		user = status.UserStatusID(app, row.UPN)
	}
	return id, user
}
