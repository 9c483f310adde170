package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"installstatus/api/query"
	"installstatus/api/status"
)

// appsOf reads a page of the apps that have rows, all in one snapshot.
func appsOf(ctx context.Context, c *pgx.Conn, tenant string, q status.AppQuery) (page status.AppPage, err error) {
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, c, snapshot, func(tx pgx.Tx) error {
		if q.Count {
			if err := tx.QueryRow(ctx, countApps, keyOf(tenant), "").Scan(&page.Count); err != nil {
				return err
			}
		}
		head, _ := split(q.After)
		ids, err := texts(ctx, tx, nextApps, keyOf(tenant), head, q.After, q.Limit+1)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if !page.Add(status.App{ID: id}, query.Query{Limit: q.Limit}) {
				break
			}
		}
		if !q.Sizes {
			return nil
		}
		return sizes(ctx, tx, tenant, page.Rows)
	})
	return page, failure("listing apps", err)
}

// sizes computes the properties of apps. It reads all of their rows.
func sizes(ctx context.Context, tx pgx.Tx, tenant string, apps []status.App) error {
	var keys []string
	of := make(map[string]*status.App)
	for i := range apps {
		key := keyOf(apps[i].ID)
		keys, of[key] = append(keys, key), &apps[i]
	}
	rows, err := tx.Query(ctx, "SELECT app, count(*), max(last_sync_instant || last_sync_date_time) FROM statuses"+
		" WHERE tenant = $1 AND app = ANY($2) GROUP BY app", keyOf(tenant), keys)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key, last string
		var count int32
		if err := rows.Scan(&key, &count, &last); err != nil {
			return err
		}
		of[key].DeviceStatusCount, of[key].LastSyncDateTime = count, query.Stored(last[query.InstantLength:], last[:query.InstantLength])
	}
	return rows.Err()
}

// appKeys goes from one app to the next by the primary key, and ends with null.
const appKeys = `
WITH RECURSIVE keys AS (
	(SELECT app FROM statuses WHERE tenant = $1 AND app >= $2 ORDER BY app LIMIT 1)
	UNION ALL
	SELECT (SELECT s.app FROM statuses s WHERE s.tenant = $1 AND s.app > keys.app ORDER BY s.app LIMIT 1)
	FROM keys WHERE keys.app IS NOT NULL
)`

const countApps = appKeys + `
SELECT count(app) FROM keys`

const nextApps = appKeys + `, apps AS (
	SELECT left(app, 128) || (SELECT s.app_rest FROM statuses s WHERE s.tenant = $1 AND s.app = keys.app LIMIT 1) AS name
	FROM keys WHERE app IS NOT NULL
)
SELECT name FROM apps WHERE name > $3 ORDER BY name LIMIT $4`

// nextTenants goes from one tenant to the next by the primary key. No tenant of a token is longer than its key.
const nextTenants = `
WITH RECURSIVE keys AS (
	(SELECT tenant FROM statuses WHERE tenant > $1 ORDER BY tenant LIMIT 1)
	UNION ALL
	SELECT (SELECT s.tenant FROM statuses s WHERE s.tenant > keys.tenant ORDER BY s.tenant LIMIT 1)
	FROM keys WHERE keys.tenant IS NOT NULL
)
SELECT tenant FROM keys WHERE tenant IS NOT NULL LIMIT $2`

// texts reads a column of text.
func texts(ctx context.Context, from interface {
	Query(ctx context.Context, text string, arguments ...any) (pgx.Rows, error)
}, text string, arguments ...any) ([]string, error) {
	rows, err := from.Query(ctx, text, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
