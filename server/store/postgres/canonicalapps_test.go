package postgres

import (
	"io/fs"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
	"installstatus/server/store/storetest"
)

func TestAppsThatDifferInCaseAreBroughtTogether(t *testing.T) {
	address := postgrestest.New(t)
	storetest.SpelledApps(t, func(tenant string, rows []storetest.StoredRow) status.Store {
		storeAsBefore(t, address, tenant, rows)
		return openTest(t, address)
	})
}

// storeAsBefore gives a database the schema before the migration, and rows.
func storeAsBefore(t *testing.T, address, tenant string, rows []storetest.StoredRow) {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true))
	if err == nil {
		_, err = provider.UpTo(t.Context(), 2)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		at := placeOf(tenant, status.Key{App: row.App, ID: row.ID})
		_, rest := split(row.ID)
		_, err := db.Exec("INSERT INTO statuses (tenant, app, app_rest, id, id_digest, id_rest, user_status, device_name, device_id,"+
			" user_principal_name, last_sync_date_time, last_sync_instant, mobile_app_install_status_value, install_state,"+
			" install_state_detail, error_code) VALUES ($1, $2, '', $3, $4, $5, $6, $7, $8, $9, $10, $11, 'installed', 'installed', '', 0)",
			at.tenant, at.app, at.id, at.digest, rest, row.User, row.Name, row.Device, row.UPN, row.LastSync, row.LastSync)
		if err != nil {
			t.Fatal(err)
		}
	}
}
