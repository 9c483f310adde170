package sqlite

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"installstatus/api/status"
	"installstatus/server/store/storetest"
)

func TestAppsThatDifferInCaseAreBroughtTogether(t *testing.T) {
	storetest.SpelledApps(t, func(tenant string, rows []storetest.StoredRow) status.Store {
		file := filepath.Join(t.TempDir(), "old.db")
		storeAsBefore(t, file, tenant, rows)
		return openTest(t, file)
	})
}

// TestManyRowsAreBroughtTogether measures the migration of as many rows as INSTALLSTATUS_MOVED_ROWS says.
func TestManyRowsAreBroughtTogether(t *testing.T) {
	many, err := strconv.Atoi(os.Getenv("INSTALLSTATUS_MOVED_ROWS"))
	if err != nil {
		t.Skip("INSTALLSTATUS_MOVED_ROWS is not set")
	}
	const app = "7A6F1C2E-0D4B-4A55-9F0E-3C1D5B8E2F60"
	var rows []storetest.StoredRow
	for n := range many {
		device, user := "device "+strconv.Itoa(n), "user"+strconv.Itoa(n/3)+"@contoso.example"
		rows = append(rows, storetest.StoredRow{
			App: app, ID: status.DeviceStatusID(app, device), User: status.UserStatusID(app, user),
			Device: device, UPN: user, LastSync: "2026-01-01T00:00:00.000000000Z", Name: "DESKTOP",
		})
	}
	file := filepath.Join(t.TempDir(), "old.db")
	storeAsBefore(t, file, "tenant", rows)
	began := time.Now()
	store := openTest(t, file)
	t.Logf("%d rows in %v", many, time.Since(began))
	summary, err := store.Summarize(t.Context(), "tenant", status.CanonicalApp(app))
	if err != nil || int(summary.Devices.Installed) != many {
		t.Errorf("%d rows, %v", summary.Devices.Installed, err)
	}
}

// storeAsBefore makes a database with the schema before the migration.
func storeAsBefore(t *testing.T, file, tenant string, rows []storetest.StoredRow) {
	t.Helper()
	source, err := dataSource(file)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err == nil {
		_, err = provider.UpTo(t.Context(), 5)
	}
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		_, err := tx.Exec("INSERT INTO apps (tenant, app) VALUES (?, ?) ON CONFLICT DO NOTHING", tenant, row.App)
		if err == nil {
			_, err = tx.Exec("INSERT INTO statuses (app, id, user_status, device_name, device_id, user_principal_name, last_sync_date_time,"+
				" last_sync_instant, mobile_app_install_status_value, install_state, install_state_detail, error_code) VALUES ("+
				numberOfApp+", ?, ?, ?, ?, ?, ?, ?, 'installed', 'installed', '', 0)",
				tenant, row.App, row.ID, row.User, row.Name, row.Device, row.UPN, row.LastSync, row.LastSync)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}
