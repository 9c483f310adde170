package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/query"
	"installstatus/api/status"
)

// meetings are the rules that decide which stored row a row of an import meets, and which of the two is newer.
var meetings = []rule{
	{"a row that is older than what is stored changes nothing, unless it overwrites", func(t *testing.T, e Engine) {
		c := e.caller(t)
		for name, r := range map[string]struct {
			stored, row string // when they synced; "" if the row does not say
			older       bool
		}{
			"earlier":                     {"2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", true},
			"earlier by a nanosecond":     {"2026-01-02T00:00:00.000000001Z", "2026-01-02T00:00:00Z", true},
			"at the same time":            {"2026-01-02T00:00:00Z", "2026-01-02T00:00:00.0Z", false},
			"at the same time, elsewhere": {"2026-01-02T00:00:00Z", "2026-01-02T01:00:00+01:00", false},
			"earlier in text only":        {"2026-01-02T00:00:00Z", "2026-01-01T23:30:00-01:00", false},
			"later":                       {"2026-01-02T00:00:00Z", "2026-01-02T00:00:00.000000001Z", false},
			"never":                       {"2026-01-02T00:00:00Z", "0001-01-01T00:00:00Z", true},
			"both never":                  {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", false},
			"not said":                    {"2026-01-02T00:00:00Z", "", false},
		} {
			for _, overwrite := range []bool{false, true} {
				key := status.Key{App: "app", ID: fmt.Sprint(name, overwrite)}
				stored := synced(r.stored).And(properties()[0].to(1))
				c.create(key, stored)
				row := imported(key.ID, properties()[0].to(2))
				if r.row != "" {
					row.Patch = row.Patch.And(synced(r.row))
				}
				row.Overwrite = overwrite
				want, written := row.Patch.Apply(stored.Apply(status.New(key.ID))), status.Written{Changed: 1}
				if r.older && !overwrite {
					want, written = stored.Apply(status.New(key.ID)), status.Written{Older: 1}
				}
				c.counts("app", written, row)
				c.finds(key, want)
			}
		}
	}},
	{"a row without an id meets the only row of its device, in any case of letters, else that of its user, else its derived one", func(t *testing.T, e Engine) {
		for name, r := range map[string]struct {
			stored []status.Row // with deviceId and userPrincipalName
			user   string
			want   string // the id of the row that it meets; "derived" for the derived one
		}{
			"no row":                    {nil, "anna", "derived"},
			"only row":                  {[]status.Row{of("1", "Device", "anna")}, "anna", "1"},
			"another user's only row":   {[]status.Row{of("1", "Device", "bert")}, "anna", "1"},
			"in lower case":             {[]status.Row{of("1", "device", "")}, "", "1"},
			"in upper case":             {[]status.Row{of("1", "DEVICE", "")}, "", "1"},
			"in both cases":             {[]status.Row{of("1", "dEVICe", "")}, "", "1"},
			"row of another device":     {[]status.Row{of("1", "device 2", "anna")}, "anna", "derived"},
			"several":                   {[]status.Row{of("1", "Device", "anna"), of("2", "Device", "bert")}, "BERT", "2"},
			"several in several cases":  {[]status.Row{of("1", "device", "anna"), of("2", "dEvicE", "bert")}, "bert", "2"},
			"several, no user":          {[]status.Row{of("1", "Device", "anna"), of("2", "Device", "bert")}, "", "derived"},
			"several of the same user":  {[]status.Row{of("1", "Device", "anna"), of("2", "Device", "anna")}, "anna", "derived"},
			"several of other users":    {[]status.Row{of("1", "Device", "anna"), of("2", "Device", "bert")}, "carl", "derived"},
			"derived row and another":   {[]status.Row{of("derived", "Device", "anna"), of("2", "Device", "bert")}, "bert", "2"},
			"derived row of the device": {[]status.Row{of("derived", "Device", "anna"), of("2", "Device", "bert")}, "", "derived"},
			"another's derived row":     {[]status.Row{of(status.DeviceStatusID("app", "another"), "Device", "anna")}, "anna", "derived"},
			"derived row that moved":    {[]status.Row{of("derived", "another", "anna")}, "anna", "derived"},
		} {
			c := e.caller(t).as(name)
			derived := status.DeviceStatusID("app", "Device")
			idOf := func(id string) string {
				if id == "derived" {
					return derived
				}
				return id
			}
			met := false
			for _, row := range r.stored {
				c.create(status.Key{App: "app", ID: idOf(row.ID)}, status.PatchOf(row.Status, "deviceId", "userPrincipalName"))
				met = met || row.ID == r.want
			}
			row := of("", "Device", r.user)
			row.ErrorCode = 7
			patch := status.PatchOf(row.Status, "deviceId", "errorCode")
			if r.user != "" {
				patch = patch.And(named(r.user))
			}
			want := status.Written{Created: 1}
			if met {
				want = status.Written{Changed: 1}
			}
			if got, err := c.store.Import(context.Background(), c.tenant, "app", []status.Imported{{ID: derived, Derived: true, Patch: patch}}); err != nil || got != want {
				t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
			}
			if got := c.get(status.Key{App: "app", ID: idOf(r.want)}); got.ErrorCode != 7 {
				t.Errorf("%s: the row %s is %+v", name, r.want, got)
			}
		}
	}},
	{"a row with an id takes over the derived row of its device, unless that belongs to another user or moved to another device", func(t *testing.T, e Engine) {
		for name, r := range map[string]struct {
			stored, row status.Row
			over        bool
		}{
			"same user":      {of("", "Device", "anna"), of("new", "DEVICE", "Anna"), true},
			"no user stored": {of("", "Device", ""), of("new", "Device", "anna"), true},
			"no user given":  {of("", "Device", "anna"), of("new", "Device", ""), true},
			"another user":   {of("", "Device", "anna"), of("new", "Device", "bert"), false},
			"moved":          {of("", "Device 2", "anna"), of("new", "Device", "anna"), false},
			"another device": {of("", "Device", "anna"), of("new", "Device 2", "anna"), false},
		} {
			for _, synced := range []string{"2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"} {
				c := e.caller(t).as(name + synced)
				r.stored.ID, r.stored.ErrorCode, r.stored.LastSyncDateTime = status.DeviceStatusID("app", "device"), 1, dateTime("2026-01-02T00:00:00Z")
				r.row.ErrorCode, r.row.LastSyncDateTime = 2, dateTime(synced)
				old, key := status.Key{App: "app", User: "user", ID: r.stored.ID}, status.Key{App: "app", ID: "new"}
				stored := c.create(old, r.stored.Whole())
				want, written, user := r.row.Whole().Apply(status.New("new")), status.Written{Created: 1}, status.UserStatusID("app", r.row.UserPrincipalName.Value)
				if r.over {
					written, user = status.Written{Changed: 1}, "user"
				}
				if r.over && synced < "2026-01-02" {
					want, written = stored, status.Written{Older: 1}
					want.ID = "new"
				}
				if got, err := c.store.Import(context.Background(), c.tenant, "app", []status.Imported{imported("new", r.row.Whole())}); err != nil || got != written {
					t.Errorf("%s: %+v, %v; want %+v", name, got, err, written)
				}
				c.finds(key, want)
				if got := c.userOf("app", "new"); got != user {
					t.Errorf("%s: the row is in the user status %q, want %q", name, got, user)
				}
				if r.over {
					c.misses(old)
				} else {
					c.finds(old, stored)
				}
			}
		}
	}},
	{"a row without an id has its derived one if very many rows of its device are stored", func(t *testing.T, e Engine) {
		c := e.caller(t)
		const rows = status.MaxOfDevice + 1
		var many []status.Imported
		for n := range rows {
			many = append(many, imported(numbered(n).ID, of("", "device", fmt.Sprint("user ", n)).Whole()))
		}
		row := status.Imported{ID: status.DeviceStatusID("app", "device"), Derived: true, Patch: of("", "DEVICE", "user 7").Whole()}
		c.imports("app", rows-1, 0, many[1:]...)
		c.imports("app", 0, 1, row)
		c.imports("app", 1, 0, many[0])
		c.imports("app", 1, 0, row)
	}},
	{"random imports have the same results as a simple model", func(t *testing.T, e Engine) {
		c, store := e.caller(t), e.stores[0]
		apps := 0
		rapid.Check(t, func(t *rapid.T) {
			apps++
			app := fmt.Sprint("app ", apps)
			model := make(rowsByID)
			for range 3 {
				rows := rapid.SliceOfN(meetingRows(app), 0, 6).Draw(t, "rows")
				want := status.Written{}
				for _, row := range rows {
					model.imports(app, row, &want)
				}
				got, err := store.Import(context.Background(), c.tenant, app, rows)
				if err != nil || got != want {
					t.Fatalf("importing %+v: %+v, %v; want %+v", rows, got, err, want)
				}
				if got := rowsOf(t, store, c.tenant, app); !maps.Equal(got, model) {
					t.Fatalf("after importing %+v\n%+v are stored, want\n%+v", rows, got, model)
				}
			}
		})
	}},
	{"importing rows again, also after only some of them, has the same result as importing them once", func(t *testing.T, e Engine) {
		store := e.stores[0]
		tenant, cut := e.caller(t).tenant, e.caller(t).as("cut").tenant
		apps := 0
		rapid.Check(t, func(t *rapid.T) {
			apps++
			app := fmt.Sprint("app ", apps)
			before := rapid.SliceOfN(meetingRows(app), 0, 4).Draw(t, "rows before")
			rows := inPhases(rapid.SliceOfN(meetingRows(app), 0, 7).Draw(t, "rows"))
			imports := func(tenant string, rows []status.Imported) {
				if _, err := store.Import(context.Background(), tenant, app, rows); err != nil {
					t.Fatal(err)
				}
			}
			imports(tenant, before)
			imports(cut, before)
			imports(tenant, rows)
			want := rowsOf(t, store, tenant, app)
			imports(tenant, rows)
			if got := rowsOf(t, store, tenant, app); !maps.Equal(got, want) {
				t.Fatalf("importing %+v\nonce stores %+v\ntwice %+v", rows, want, got)
			}
			imports(cut, rows[:rapid.IntRange(0, len(rows)).Draw(t, "cut")])
			imports(cut, rows)
			if got := rowsOf(t, store, cut, app); !maps.Equal(got, want) {
				t.Fatalf("importing %+v\nonce stores %+v\nafter a part of them %+v", rows, want, got)
			}
		})
	}},
}

func synced(at string) status.Patch {
	return status.PatchOf(status.Status{LastSyncDateTime: dateTime(at)}, "lastSyncDateTime")
}

// of returns a row of a device and a user, "" for none.
func of(id, device, user string) status.Row {
	s := status.New(id)
	s.DeviceID = status.TextOf(device)
	if user != "" {
		s.UserPrincipalName = status.TextOf(user)
	}
	return status.Row{Status: s}
}

// meetingRows generates rows of few devices, ids and users, so that they meet each other.
func meetingRows(app string) *rapid.Generator[status.Imported] {
	devices := []string{"d1", "D1", "dev", "dEv", "É", "é", " d1"}
	return rapid.Custom(func(t *rapid.T) status.Imported {
		var row status.Imported
		given := []string{"errorCode"}
		row.Patch.To = status.New("")
		row.Patch.To.ErrorCode = rapid.Int32Range(0, 2).Draw(t, "code")
		device := rapid.SampledFrom(devices).Draw(t, "device")
		row.Derived = rapid.Bool().Draw(t, "derived")
		switch {
		case row.Derived:
			row.ID = status.DeviceStatusID(app, strings.TrimSpace(device))
		case rapid.IntRange(0, 3).Draw(t, "of a device") == 0:
			row.ID = status.DeviceStatusID(app, strings.TrimSpace(rapid.SampledFrom(devices).Draw(t, "derived from")))
		default:
			row.ID = rapid.SampledFrom([]string{"id 1", "id 2", "ID 2", "id 3"}).Draw(t, "id")
		}
		if row.Derived || rapid.IntRange(0, 4).Draw(t, "gives its device") > 0 {
			given, row.Patch.To.DeviceID = append(given, "deviceId"), status.TextOf(device)
		}
		if rapid.Bool().Draw(t, "gives a user") {
			given = append(given, "userPrincipalName")
			if name := rapid.SampledFrom([]string{"", "anna", "Anna", "bert"}).Draw(t, "user"); name != "" {
				row.Patch.To.UserPrincipalName = status.TextOf(name)
			}
		}
		if rapid.Bool().Draw(t, "says when") {
			given = append(given, "lastSyncDateTime")
			row.Patch.To.LastSyncDateTime = rapid.SampledFrom([]query.DateTime{
				status.NeverSynced, dateTime("2026-01-01T00:00:00Z"), dateTime("2026-01-01T01:00:00+01:00"), dateTime("2026-01-02T00:00:00Z"),
			}).Draw(t, "synced")
		}
		row.Patch = status.PatchOf(row.Patch.To, given...)
		if !row.Derived && rapid.IntRange(0, 2).Draw(t, "whole") > 0 {
			row.Patch = row.Patch.To.Whole()
		}
		row.OfUser = row.Derived && rapid.IntRange(0, 3).Draw(t, "of user") == 0
		row.Overwrite = rapid.IntRange(0, 5).Draw(t, "overwrite") == 0
		return row
	})
}

// inPhases returns rows as a file has them that is imported: whole rows with an id, none twice, in the order of their phases.
func inPhases(rows []status.Imported) (file []status.Imported) {
	seen := make(map[string]bool)
	for _, row := range rows {
		if !row.Derived {
			row.Patch = row.Patch.To.Whole()
		}
		row.Overwrite = false
		if name := fmt.Sprint(row.ID, row.Derived, row.OfUser && !row.Patch.Gives("userPrincipalName")); !seen[name] {
			seen[name] = true
			file = append(file, row)
		}
	}
	slices.SortStableFunc(file, func(a, b status.Imported) int { return a.Phase() - b.Phase() })
	return file
}

// rowsByID are all rows of an app. As a model it imports rows by looking at each of them.
type rowsByID map[string]status.Row

func rowsOf(t *rapid.T, store status.Store, tenant, app string) rowsByID {
	page, err := store.List(context.Background(), tenant, status.Query{App: app, Query: query.Query{Limit: 100}})
	if err != nil || page.More {
		t.Fatal(page, err)
	}
	rows := make(rowsByID)
	for _, row := range page.Rows {
		rows[row.ID] = row
	}
	return rows
}

func (m rowsByID) imports(app string, row status.Imported, written *status.Written) {
	to := row.Patch.To
	met, isStored := m[row.ID]
	switch {
	case row.Derived:
		ofDevice := m.where(func(s status.Status) bool {
			isDerived := (&status.Imported{ID: s.ID}).Phase() == status.WithDerivedID
			return lower(s.DeviceID.Value) == lower(to.DeviceID.Value) &&
				(!isDerived || s.ID == status.DeviceStatusID(app, strings.TrimSpace(s.DeviceID.Value)))
		})
		several := len(ofDevice) > 1
		if several && row.Patch.Gives("userPrincipalName") && to.UserPrincipalName.Value != "" {
			ofDevice = ofDevice.where(func(s status.Status) bool {
				return strings.EqualFold(s.UserPrincipalName.Value, to.UserPrincipalName.Value)
			})
		}
		if row.OfUser && (len(ofDevice) != 1 || !several) {
			written.Superseded++
			return
		}
		if len(ofDevice) == 1 {
			for _, only := range ofDevice {
				met, isStored = only, true
			}
		}
	case !isStored && row.Phase() == status.WithID && row.Patch.Gives("deviceId") && to.DeviceID.Valid:
		derived := m.where(func(s status.Status) bool {
			id := status.DeviceStatusID(app, strings.TrimSpace(to.DeviceID.Value))
			user, other := s.UserPrincipalName.Value, to.UserPrincipalName.Value
			return s.ID == id && status.DeviceStatusID(app, strings.TrimSpace(s.DeviceID.Value)) == id &&
				(!row.Patch.Gives("userPrincipalName") || user == "" || other == "" || strings.EqualFold(user, other))
		})
		for _, met = range derived {
			isStored = true
		}
	}
	if !isStored {
		written.Created++
		m[row.ID] = row.New(app)
		return
	}
	next := met
	older := row.Patch.Gives("lastSyncDateTime") && to.LastSyncDateTime.Instant() < met.LastSyncDateTime.Instant() && !row.Overwrite
	if !older {
		next.Status = row.Patch.Apply(met.Status)
	}
	if !row.Derived {
		next.ID = row.ID
	}
	switch {
	case older:
		written.Older++
	case next == met:
		written.Unchanged++
	default:
		written.Changed++
	}
	delete(m, met.ID)
	m[next.ID] = next
}

func (m rowsByID) where(is func(status.Status) bool) rowsByID {
	some := make(rowsByID)
	for id, row := range m {
		if is(row.Status) {
			some[id] = row
		}
	}
	return some
}

func lower(s string) string { return query.Lower.Of(s) }
