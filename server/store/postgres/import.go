package postgres

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// maxChunk is how many rows an import writes in one transaction, and so how many it locks at once.
const maxChunk = 200

// importing is an import in progress.
type importing struct {
	pool             *pool
	tenant, app      string
	rows             []status.Imported // not written yet
	created, changed int
}

func (i *importing) all(ctx context.Context) error {
	for len(i.rows) > 0 {
		var next chunk
		err := i.pool.write(ctx, func(ctx context.Context, c *pgx.Conn) error {
			next = chunk{tenant: i.tenant, app: i.app, rows: i.rows[:min(maxChunk, len(i.rows))]}
			return next.transact(ctx, c)
		})
		if err != nil {
			return err
		}
		i.rows, i.created, i.changed = i.rows[len(next.rows):], i.created+next.created, i.changed+next.changed
	}
	return ctx.Err()
}

// chunk is what an import writes in one transaction.
type chunk struct {
	tenant, app      string
	rows             []status.Imported
	created, changed int
}

// transact makes each row what status.Imported specifies. It locks the existing rows. If another process creates one of the
// missing rows meanwhile, the database refuses the transaction.
func (ch *chunk) transact(ctx context.Context, c *pgx.Conn) error {
	err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		found, err := ch.hold(ctx, tx)
		if err != nil {
			return err
		}
		return ch.write(ctx, tx, found, ch.become(found))
	})
	return failure("importing statuses", err)
}

// hold reads and locks the existing rows in the order of their ids, so that no two imports deadlock.
func (ch *chunk) hold(ctx context.Context, tx pgx.Tx) (map[string]status.Row, error) {
	var heads []string
	for _, imported := range ch.rows {
		head, _ := split(imported.ID)
		heads = append(heads, head)
	}
	rows, err := tx.Query(ctx, "SELECT "+selected()+" FROM statuses"+
		" WHERE tenant = $1 AND app = $2 AND id = ANY($3) ORDER BY id, id_digest FOR UPDATE", keyOf(ch.tenant), keyOf(ch.app), heads)
	if err != nil {
		return nil, failure("reading statuses", err)
	}
	defer rows.Close()
	found := make(map[string]status.Row)
	for rows.Next() {
		var r row
		if err := rows.Scan(r.fields()...); err != nil {
			return nil, failure("reading statuses", err)
		}
		found[r.whole().ID] = r.Row
	}
	return found, failure("reading statuses", rows.Err())
}

// become returns what the rows become, and counts them.
func (ch *chunk) become(found map[string]status.Row) map[string]status.Row {
	become := maps.Clone(found)
	for _, imported := range ch.rows {
		before, there := become[imported.ID]
		var at *status.Row
		if there {
			at = &before
		}
		next := imported.Row(ch.app, at)
		switch {
		case !there:
			ch.created++
		case next != before:
			ch.changed++
		}
		become[imported.ID] = next
	}
	return become
}

// write writes the rows that differ, in the order in which hold locks them.
func (ch *chunk) write(ctx context.Context, tx pgx.Tx, found, become map[string]status.Row) error {
	batch := new(pgx.Batch)
	for _, id := range slices.Sorted(maps.Keys(become)) {
		at, to := placeOf(ch.tenant, status.Key{App: ch.app, ID: id}), become[id]
		before, there := found[id]
		if !there {
			insert := insertRow(at, ch.app, &to)
			batch.Queue(insert.Text(), insert.Arguments()...)
		} else if changed := sqlgen.Changed(&before.Status, &to.Status); changed != 0 {
			update := updateRow(at, changed, &to.Status)
			batch.Queue(update.Text(), update.Arguments()...)
		}
	}
	return failure("importing statuses", tx.SendBatch(ctx, batch).Close())
}
