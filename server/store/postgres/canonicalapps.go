package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"

	"installstatus/api/status"
)

// canonicalApps is migration 3: it moves the rows of apps whose ids are not canonical to the apps with the canonical ids. If both have
// a row, the one that synced last stays; if they synced at the same time, that of the canonical app. It does not know
// the columns that later migrations add.
func canonicalApps() *goose.Migration {
	return goose.NewGoMigration(3, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		apps, err := spelledApps(ctx, tx)
		for _, app := range apps {
			for more := true; more && err == nil; {
				more, err = app.moveSome(ctx, tx)
			}
		}
		return err
	}}, nil)
}

// spelledApp is an app whose id is not canonical. A GUID is its own key.
type spelledApp struct{ tenantKey, id string }

func spelledApps(ctx context.Context, tx *sql.Tx) (apps []spelledApp, err error) {
	rows, err := tx.QueryContext(ctx, allApps)
	if err != nil {
		return nil, fmt.Errorf("reading the apps: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var app spelledApp
		if err := rows.Scan(&app.tenantKey, &app.id); err != nil {
			return nil, err
		}
		if status.CanonicalApp(app.id) != app.id {
			apps = append(apps, app)
		}
	}
	return apps, rows.Err()
}

// allApps goes from one app of any tenant to the next by the primary key.
const allApps = `
WITH RECURSIVE keys AS (
	(SELECT tenant, app FROM statuses ORDER BY tenant, app LIMIT 1)
	UNION ALL
	SELECT next.tenant, next.app FROM keys, LATERAL (
		SELECT s.tenant, s.app FROM statuses s WHERE (s.tenant, s.app) > (keys.tenant, keys.app) ORDER BY s.tenant, s.app LIMIT 1
	) next
)
SELECT tenant, app FROM keys ORDER BY tenant, app`

// moveSome moves some rows of the app. It reports whether there may be more.
func (a spelledApp) moveSome(ctx context.Context, tx *sql.Tx) (more bool, err error) {
	rows, err := a.some(ctx, tx)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	canonical := status.CanonicalApp(a.id)
	var ids, digests, newIDs, newDigests, newUsers []string
	taken := make(map[string]bool)
	for _, row := range rows {
		id, user := status.Moved(row, a.id, canonical)
		if taken[id] { // one of the next rows
			continue
		}
		taken[id] = true
		head, _ := split(row.ID)
		newHead, _ := split(id)
		ids, digests = append(ids, head), append(digests, digest(row.ID))
		newIDs, newDigests, newUsers = append(newIDs, newHead), append(newDigests, digest(id)), append(newUsers, user)
	}
	for _, text := range []string{dropOlder, dropReplaced, moveRows} {
		if _, err := tx.ExecContext(ctx, text, a.tenantKey, a.id, canonical, ids, digests, newIDs, newDigests, newUsers); err != nil {
			return false, fmt.Errorf("moving statuses: %w", err)
		}
	}
	return true, nil
}

// The statements that move rows. Their parameters are the keys of the tenant, of the app and of the canonical app, and for each row
// the head and the digest of its id, those of its new id, and its new user status.
const (
	moves = `
WITH moves AS (
	SELECT * FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) AS m (id, id_digest, new_id, new_digest, new_user)
)`
	thisRow  = ` s.tenant = $1 AND s.app = $2 AND s.id = m.id AND s.id_digest = m.id_digest`
	otherRow = ` o.tenant = $1 AND o.app = $3 AND o.id = m.new_id AND o.id_digest = m.new_digest`

	dropOlder = moves + `
DELETE FROM statuses s USING moves m, statuses o WHERE` + thisRow + ` AND` + otherRow + ` AND o.last_sync_instant >= s.last_sync_instant`
	dropReplaced = moves + `
DELETE FROM statuses o USING moves m, statuses s WHERE` + thisRow + ` AND` + otherRow
	moveRows = moves + `
UPDATE statuses s SET app = $3, id = m.new_id, id_digest = m.new_digest, user_status = m.new_user FROM moves m WHERE` + thisRow
)

// some reads what status.Moved needs of some rows of the app, and locks them.
func (a spelledApp) some(ctx context.Context, tx *sql.Tx) (some []status.Row, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id || id_rest, user_status, COALESCE(device_id, ''), COALESCE(user_principal_name, '')"+
		" FROM statuses WHERE tenant = $1 AND app = $2 ORDER BY id, id_digest LIMIT 1000 FOR UPDATE", a.tenantKey, a.id)
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
