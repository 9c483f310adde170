package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// maxChunk is how many rows an import writes in one transaction, and so about how many it locks at once.
const maxChunk = 500

// importing is an import in progress.
type importing struct {
	pool        *pool
	tenant, app string
	rows        []status.Imported // not written yet
	written     status.Written
}

func (i *importing) all(ctx context.Context) error {
	for len(i.rows) > 0 {
		next := chunk{tenant: i.tenant, app: i.app, rows: i.rows[:min(maxChunk, len(i.rows))]}
		var written status.Written
		err := i.pool.write(ctx, func(ctx context.Context, c *pgx.Conn) (err error) {
			written, err = next.transact(ctx, c)
			return err
		})
		if err != nil {
			return err
		}
		i.rows, i.written = i.rows[len(next.rows):], i.written.Plus(written)
	}
	return ctx.Err()
}

// chunk is what an import writes in one transaction.
type chunk struct {
	tenant, app string
	rows        []status.Imported
}

// transact imports the rows. It locks the stored rows. If another process creates one of the missing rows meanwhile, the database
// refuses the transaction.
func (ch *chunk) transact(ctx context.Context, c *pgx.Conn) (status.Written, error) {
	m := status.NewImporting(ch.app)
	err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if err := ch.hold(ctx, tx, m); err != nil {
			return err
		}
		for n := range ch.rows {
			m.Import(&ch.rows[n])
		}
		return ch.write(ctx, tx, m.Changes())
	})
	return m.Written, failure("importing statuses", err)
}

// hold reads and locks the stored rows that the rows may meet, in the order of their ids, so that no two imports deadlock. Each id is
// looked up on its own, since the planner would read all rows of the app in that order.
func (ch *chunk) hold(ctx context.Context, tx pgx.Tx, m *status.Importing) error {
	heads, err := ch.sought(ctx, tx, m)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "SELECT s.* FROM unnest($3::text[]) AS sought, LATERAL (SELECT "+selected()+" FROM statuses"+
		" WHERE tenant = $1 AND app = $2 AND id = sought ORDER BY id_digest FOR UPDATE) AS s", keyOf(ch.tenant), keyOf(ch.app), heads)
	if err != nil {
		return failure("reading statuses", err)
	}
	defer rows.Close()
	for rows.Next() {
		r := new(row)
		if err := rows.Scan(r.fields()...); err != nil {
			return failure("reading statuses", err)
		}
		m.Stored(r.whole())
	}
	return failure("reading statuses", rows.Err())
}

// sought returns the heads of the ids of the stored rows that the rows may meet, and of few others.
func (ch *chunk) sought(ctx context.Context, tx pgx.Tx, m *status.Importing) (heads []string, err error) {
	var devices, lower []string
	for n := range ch.rows {
		ids, device := m.Seeks(&ch.rows[n])
		for _, id := range ids {
			head, _ := split(id)
			heads = append(heads, head)
		}
		if device != "" {
			head, _ := split(device)
			lower = append(lower, query.Lower.Of(head))
			devices = append(devices, head, query.Lower.Of(head), query.Upper.Of(head))
		}
	}
	if len(devices) > 0 {
		found, err := tx.Query(ctx, ofDevices, keyOf(ch.tenant), keyOf(ch.app), distinct(devices), distinct(lower), status.MaxOfDevice+1)
		if err != nil {
			return nil, failure("reading statuses", err)
		}
		of, err := pgx.CollectRows(found, pgx.RowTo[string])
		if err != nil {
			return nil, failure("reading statuses", err)
		}
		heads = append(heads, of...)
	}
	return distinct(heads), nil
}

func distinct(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// ofDevices reads the heads of the ids of rows of some devices. Its parameters are the keys of the tenant and of the app, the heads
// of the devices' ids as they are, in lower case and in upper case, and in lower case alone. It finds a device spelled in both
// cases through an index that has only such. The last parameter limits the rows of each.
const ofDevices = "SELECT s.id FROM unnest($3::text[]) AS device, LATERAL (SELECT id FROM statuses" +
	" WHERE tenant = $1 AND app = $2 AND left(device_id, 128) = device AND device_id IS NOT NULL LIMIT $5) AS s" +
	" UNION ALL SELECT s.id FROM unnest($4::text[]) AS device, LATERAL (SELECT id FROM statuses" +
	" WHERE tenant = $1 AND app = $2 AND lower(left(device_id, 128)) = device" +
	" AND device_id <> lower(device_id) AND device_id <> upper(device_id) LIMIT $5) AS s"

// write makes the changes of an import.
func (ch *chunk) write(ctx context.Context, tx pgx.Tx, changes []status.Change) error {
	batch := new(pgx.Batch)
	queue := func(s *statement) { batch.Queue(s.Text(), s.Arguments()...) }
	for _, change := range changes {
		at, from, to := placeOf(ch.tenant, status.Key{App: ch.app, ID: change.ID}), change.From, change.To
		if from != nil && to != nil && from.User == to.User {
			queue(updateRow(at, sqlgen.Changed(&from.Status, &to.Status), &to.Status))
			continue
		}
		if from != nil {
			queue(deleteRow(at))
		}
		if to != nil {
			queue(insertRow(at, ch.app, to))
		}
	}
	return failure("importing statuses", tx.SendBatch(ctx, batch).Close())
}
