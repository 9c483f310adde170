package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/store/sqlgen"
)

// findSought adds the stored rows that rows of an import may meet.
func (c *connection) findSought(ctx context.Context, app int64, m *status.Importing, rows []status.Imported) error {
	if some, err := c.reports(ctx, "SELECT EXISTS (SELECT 1 FROM statuses WHERE app = ?)", app); err != nil || !some {
		return err
	}
	var ids, devices []string
	for n := range rows {
		some, device := m.Seeks(&rows[n])
		ids = append(ids, some...)
		if device != "" {
			devices = append(devices, device, query.Lower.Of(device), query.Upper.Of(device))
		}
	}
	if err := c.findDevices(ctx, app, m, distinct(devices)); err != nil {
		return err
	}
	missing := slices.DeleteFunc(ids, m.Knows) // most of those without an id were found by their devices
	return c.findIn(ctx, app, m, "WHERE app = ? AND id", distinct(missing))
}

// findDevices adds stored rows by their devices.
func (c *connection) findDevices(ctx context.Context, app int64, m *status.Importing, devices []any) error {
	if len(devices) == 0 {
		return nil
	}
	if err := c.findIn(ctx, app, m, "INDEXED BY statuses_device_id WHERE app = ? AND device_id", devices); err != nil {
		return err
	}
	const mixed = "INDEXED BY statuses_device_id_mixed WHERE app = ? AND device_id <> lower(device_id) AND device_id <> upper(device_id)"
	if some, err := c.reports(ctx, "SELECT EXISTS (SELECT 1 FROM statuses "+mixed+")", app); err != nil || !some {
		return err
	}
	return c.findIn(ctx, app, m, mixed+" AND device_id COLLATE NOCASE", devices)
}

func distinct(texts []string) (values []any) {
	slices.Sort(texts)
	for _, text := range slices.Compact(texts) {
		values = append(values, text)
	}
	return values
}

// reports runs a query with a truth value about an app.
func (c *connection) reports(ctx context.Context, text string, app int64) (answer bool, err error) {
	statement, err := c.statement(ctx, text)
	if err != nil {
		return false, err
	}
	if err := statement.QueryRowContext(ctx, app).Scan(&answer); err != nil {
		return false, failure("reading statuses", err)
	}
	return answer, nil
}

// mostValues is how many values a statement looks for at most. Statements have few lengths, so that they are prepared once.
const mostValues = 256

// findIn adds the stored rows of an app whose column is one of the values. where ends with the column.
func (c *connection) findIn(ctx context.Context, app int64, m *status.Importing, where string, values []any) error {
	for some := range slices.Chunk(values, mostValues) {
		length := mostValues
		for length/4 >= len(some) {
			length /= 4
		}
		statement, err := c.statement(ctx, "SELECT id, "+strings.Join(sqlgen.RowNames(), ", ")+" FROM statuses "+where+" IN ("+
			strings.Repeat("?, ", length-1)+"?) LIMIT "+strconv.Itoa(limitOf(length)))
		if err != nil {
			return err
		}
		arguments := append([]any{app}, some...)
		for len(arguments) <= length {
			arguments = append(arguments, some[0])
		}
		found, err := statement.QueryContext(ctx, arguments...)
		if err != nil {
			return failure("reading statuses", err)
		}
		rows, err := addStored(m, found)
		if err != nil {
			return failure("reading statuses", err)
		}
		if rows == limitOf(length) && length > 1 { // some value has very many rows, so that each gets its own limit
			for n := range some {
				if err := c.findIn(ctx, app, m, where, some[n:n+1]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// limitOf returns how many rows are read for a number of values.
func limitOf(values int) int { return status.MaxOfDevice + 4*values }

// addStored adds stored rows, and returns how many these are.
func addStored(m *status.Importing, from *sql.Rows) (rows int, err error) {
	defer from.Close()
	var row status.Row
	fields := sqlgen.AppendRowFields([]any{&row.ID}, &row)
	for ; from.Next(); rows++ {
		if err := from.Scan(fields...); err != nil {
			return rows, err
		}
		stored := row
		m.Stored(&stored)
	}
	return rows, from.Err()
}
