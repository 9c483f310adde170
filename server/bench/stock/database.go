package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"installstatus/server/bench/gen/stock"
	"installstatus/server/bench/traffic"
)

// database keeps rows in SQLite. Each update is a transaction, which is on disk when it has ended. There is one connection:
// with several, they wait for each other in SQLite, which takes longer.
type database struct {
	db           *sql.DB
	find, change *sql.Stmt
}

const (
	schema = `CREATE TABLE statuses (
		app TEXT, id TEXT, device_name TEXT, device_id TEXT, last_sync TEXT, status_value TEXT, install_state TEXT, error_code INTEGER,
		os_version TEXT, os_description TEXT, user_name TEXT, user_principal_name TEXT, display_version TEXT, PRIMARY KEY (app, id))`
	findRow = `SELECT device_name, device_id, last_sync, status_value, install_state, error_code,
		os_version, os_description, user_name, user_principal_name, display_version FROM statuses WHERE app = ? AND id = ?`
	changeRow = `UPDATE statuses SET device_name = ?, device_id = ?, last_sync = ?, status_value = ?, install_state = ?, error_code = ?,
		os_version = ?, os_description = ?, user_name = ?, user_principal_name = ?, display_version = ? WHERE app = ? AND id = ?`
	addRow = `INSERT INTO statuses VALUES (?12, ?13, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`
)

func makeDatabase(file string, rows int) (*database, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_busy_timeout=5000")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	ctx := context.Background()
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, err
	}
	if err := fill(ctx, db, rows); err != nil {
		return nil, err
	}
	find, err := db.PrepareContext(ctx, findRow)
	if err != nil {
		return nil, err
	}
	change, err := db.PrepareContext(ctx, changeRow)
	return &database{db: db, find: find, change: change}, err
}

func fill(ctx context.Context, db *sql.DB, rows int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing to do
	add, err := tx.PrepareContext(ctx, addRow)
	if err != nil {
		return err
	}
	for n := range rows {
		name := traffic.Row(n)
		row, err := rowOf(traffic.ID(name), []byte(traffic.Body(name, n%traffic.Variants)))
		if err != nil {
			return err
		}
		if _, err := add.ExecContext(ctx, values(&row, traffic.App, traffic.ID(name))...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (d *database) update(ctx context.Context, app, id string, change func(*stock.MobileAppInstallStatus) error) (row stock.MobileAppInstallStatus, found bool, err error) {
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return row, false, err
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing to do
	var synced string
	row = stock.MobileAppInstallStatus{OdataType: "#microsoft.graph.mobileAppInstallStatus", Id: id}
	err = tx.StmtContext(ctx, d.find).QueryRowContext(ctx, app, id).Scan(&row.DeviceName, &row.DeviceId, &synced,
		&row.MobileAppInstallStatusValue, &row.InstallState, &row.ErrorCode,
		&row.OsVersion, &row.OsDescription, &row.UserName, &row.UserPrincipalName, &row.DisplayVersion)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	if err != nil {
		return row, false, err
	}
	if row.LastSyncDateTime, err = time.Parse(time.RFC3339Nano, synced); err != nil {
		return row, false, err
	}
	if err := change(&row); err != nil {
		return row, true, err
	}
	if _, err := tx.StmtContext(ctx, d.change).ExecContext(ctx, values(&row, app, id)...); err != nil {
		return row, true, err
	}
	return row, true, tx.Commit()
}

func values(row *stock.MobileAppInstallStatus, app, id string) []any {
	return []any{
		row.DeviceName, row.DeviceId, row.LastSyncDateTime.Format(time.RFC3339Nano),
		row.MobileAppInstallStatusValue, row.InstallState, row.ErrorCode,
		row.OsVersion, row.OsDescription, row.UserName, row.UserPrincipalName, row.DisplayVersion, app, id,
	}
}
