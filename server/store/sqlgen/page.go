package sqlgen

import "installstatus/api/query"

// Rows are the rows of a driver.
type Rows interface {
	Next() bool
	Scan(fields ...any) error
}

// ReadPage appends rows to a page until it is full. fields are where a row is scanned to, and row returns what was scanned. The
// caller must check the driver's Err afterwards.
func ReadPage[R query.Row](page *query.Page[R], q query.Query, rows Rows, fields []any, row func() R) error {
	for rows.Next() {
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		if !page.Add(row(), q) {
			return nil
		}
	}
	return nil
}
