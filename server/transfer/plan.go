package transfer

import (
	"context"
	"errors"
	"fmt"

	"installstatus/api/status"
)

// Plan describes an import. Check makes it and Write runs it.
type Plan struct {
	Rows           int            // number of rows in all files
	Invalid        int            // rows that cannot be imported
	Outdated       int            // valid rows that lose to another row with the same app and id
	Ignored        []string       // columns that are not read, except those known from Intune's report; control characters are escaped
	UnknownDetails map[string]int // number of rows for each intune.Row.UnknownDetail

	files   *Files
	options Options
	latest  latest
}

// ToWrite returns the number of rows that Write writes.
func (p *Plan) ToWrite() int { return p.Rows - p.Invalid - p.Outdated }

// progressInterval is the number of rows between two calls of a progress function.
const progressInterval = 256

// Check reads all files and plans their import. It calls invalid for each invalid row, but only once for all rows without an
// app. It calls progress with the number of bytes read so far. If Check returns an error, the plan covers the rows before it.
func (f *Files) Check(ctx context.Context, options Options, invalid func(*RowError) error, progress func(bytes int64)) (*Plan, error) {
	p := &Plan{files: f, options: options, UnknownDetails: make(map[string]int)}
	rows := f.rows(options)
	c := checker{plan: p, invalid: invalid}
	err := errors.Join(c.addAll(ctx, rows, progress), c.reportMissingApp())
	p.Ignored = rows.ignored
	if err != nil {
		return p, err
	}
	p.Outdated = p.latest.settle()
	return p, nil
}

// checker fills in a plan and reports the invalid rows.
type checker struct {
	plan    *Plan
	invalid func(*RowError) error
	noApp   *RowError // the first row without an app
	noApps  int       // number of rows without an app
}

func (c *checker) addAll(ctx context.Context, rows *rows, progress func(int64)) error {
	for row, err := range rows.all() {
		if err := c.add(&row, err); err != nil {
			return err
		}
		if c.plan.Rows%progressInterval == 0 {
			if ctx.Err() != nil {
				return errors.New("interrupted; nothing was written")
			}
			progress(rows.bytesRead())
		}
	}
	return nil
}

// add adds a row or, if err is a *RowError, an invalid row.
func (c *checker) add(row *Row, err error) error {
	var rowError *RowError
	if err != nil && !errors.As(err, &rowError) {
		return err
	}
	c.plan.Rows++
	if err == nil {
		c.plan.latest.add(row)
		if row.UnknownDetail != "" {
			c.plan.UnknownDetails[row.UnknownDetail]++
		}
		return nil
	}
	c.plan.Invalid++
	if !rowError.NoApp {
		return c.invalid(rowError)
	}
	if c.noApps++; c.noApps == 1 {
		c.noApp = rowError
	}
	return nil
}

func (c *checker) reportMissingApp() error {
	if c.noApps == 0 {
		return nil
	}
	if c.noApps > 1 {
		c.noApp.Problems[0].Reason += fmt.Sprintf(" (the first of %d such rows)", c.noApps)
	}
	return c.invalid(c.noApp)
}

// Written counts the rows that an import has written.
type Written struct{ Created, Changed, Unchanged int }

// Total returns the number of rows written.
func (w Written) Total() int { return w.Created + w.Changed + w.Unchanged }

// Write reads the files again and writes the planned rows to the tenant. It calls progress with the number of bytes read so far.
// When the context ends, Write finishes the current chunk and returns an error. The counts are valid even with an error.
func (p *Plan) Write(ctx context.Context, store status.Store, tenant string, progress func(bytes int64)) (Written, error) {
	rows := p.files.rows(p.options)
	c := &chunks{store: store, tenant: tenant, total: p.ToWrite(), rows: make(map[string][]status.Imported)}
	if err := p.write(ctx, rows, c, progress); err != nil {
		return c.written, err
	}
	if c.written.Total() != c.total {
		return c.written, errors.New("a file changed during the import; import it again")
	}
	return c.written, nil
}

func (p *Plan) write(ctx context.Context, rows *rows, to *chunks, progress func(int64)) error {
	number := 0 // of the valid row
	for row, err := range rows.all() {
		if rowError := (*RowError)(nil); errors.As(err, &rowError) {
			continue // reported by Check
		}
		if err != nil {
			return err
		}
		if p.latest.counts(number) {
			if err := to.add(ctx, &row, rows.bytesRead()); err != nil {
				return err
			}
		}
		if number++; number%progressInterval == 0 {
			progress(rows.bytesRead())
		}
	}
	return to.writeAll(ctx, rows.bytesRead())
}
