package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"

	"installstatus/api/status"
)

// canonicalApps is migration 6: it moves the rows of apps whose ids are not canonical to the apps with the canonical ids. If both have
// a row, the one that synced last stays; if they synced at the same time, that of the canonical app. It does not know
// the columns that later migrations add.
func canonicalApps() *goose.Migration {
	return goose.NewGoMigration(6, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		apps, err := spelledApps(ctx, tx)
		if err != nil || len(apps) == 0 {
			return err
		}
		// Moved rows have new places all over the file. The connection stays in use, so that it gets its usual cache back.
		if _, err := tx.ExecContext(ctx, "PRAGMA cache_size = -65536"); err != nil { // KiB
			return err
		}
		for _, app := range apps {
			if err := app.move(ctx, tx); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "PRAGMA cache_size = -2000")
		return err
	}}, nil)
}

// spelledApp is an app whose id is not canonical.
type spelledApp struct {
	tenant, id string
	number     int64
}

func spelledApps(ctx context.Context, tx *sql.Tx) (apps []spelledApp, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT tenant, app, number FROM apps ORDER BY tenant, app")
	if err != nil {
		return nil, fmt.Errorf("reading the apps: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var app spelledApp
		if err := rows.Scan(&app.tenant, &app.id, &app.number); err != nil {
			return nil, err
		}
		if status.CanonicalApp(app.id) != app.id {
			apps = append(apps, app)
		}
	}
	return apps, rows.Err()
}

// move moves all rows of the app. The app keeps its number, since other processes may know it.
func (a spelledApp) move(ctx context.Context, tx *sql.Tx) error {
	canonical := status.CanonicalApp(a.id)
	if _, err := tx.ExecContext(ctx, "INSERT INTO apps (tenant, app) VALUES (?, ?) ON CONFLICT DO NOTHING", a.tenant, canonical); err != nil {
		return fmt.Errorf("adding an app: %w", err)
	}
	var number int64
	if err := tx.QueryRowContext(ctx, "SELECT number FROM apps WHERE tenant = ? AND app = ?", a.tenant, canonical).Scan(&number); err != nil {
		return fmt.Errorf("looking for an app: %w", err)
	}
	drop, err := tx.PrepareContext(ctx, "DELETE FROM statuses WHERE app = ?1 AND id = ?2 AND EXISTS ("+
		"SELECT 1 FROM statuses AS other WHERE other.app = ?3 AND other.id = ?4 AND other.last_sync_instant >= statuses.last_sync_instant)")
	if err != nil {
		return err
	}
	defer drop.Close()
	replace, err := tx.PrepareContext(ctx, "UPDATE OR REPLACE statuses SET app = ?3, id = ?4, user_status = ?5 WHERE app = ?1 AND id = ?2")
	if err != nil {
		return err
	}
	defer replace.Close()
	for {
		rows, err := a.some(ctx, tx)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			id, user := status.Moved(row, a.id, canonical)
			if _, err := drop.ExecContext(ctx, a.number, row.ID, number, id); err != nil {
				return fmt.Errorf("moving a status: %w", err)
			}
			if _, err := replace.ExecContext(ctx, a.number, row.ID, number, id, user); err != nil {
				return fmt.Errorf("moving a status: %w", err)
			}
		}
	}
}

// some reads what status.Moved needs of some rows of the app.
func (a spelledApp) some(ctx context.Context, tx *sql.Tx) (some []status.Row, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, user_status, COALESCE(device_id, ''), COALESCE(user_principal_name, '')"+
		" FROM statuses WHERE app = ? ORDER BY id LIMIT 1000", a.number)
	if err != nil {
		return nil, fmt.Errorf("reading statuses: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var row status.Row
		if err := rows.Scan(&row.ID, &row.User, &row.DeviceID.Value, &row.UserPrincipalName.Value); err != nil {
			return nil, err
		}
		some = append(some, row)
	}
	return some, rows.Err()
}
