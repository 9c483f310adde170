package transfer

import (
	"context"
	"errors"
	"fmt"
)

// Plan describes an import. Check makes it and Write runs it.
type Plan struct {
	Rows     int // number of rows in all files
	Invalid  int // rows that cannot be imported
	Outdated int // valid rows that lose to another row with the same id, or without an id and of the same device
	Notes
	Overwrite bool // Write also changes stored rows that synced later; set it before

	files   *Files
	options Options
	latest  latest
	errors  errorCounts
}

// ToWrite returns the number of rows that Write writes.
func (p *Plan) ToWrite() int { return p.Rows - p.Invalid - p.Outdated }

// progressInterval is the number of rows between two calls of a progress function.
const progressInterval = 256

// Check reads all files and plans their import. It calls invalid for each invalid row, but only once for all rows without an
// app. It calls progress with the number of bytes read so far. If Check returns an error, the plan covers the rows before it.
func (f *Files) Check(ctx context.Context, options Options, invalid func(*RowError) error, progress func(bytes int64)) (*Plan, error) {
	p := &Plan{files: f, options: options, errors: make(errorCounts)}
	rows := f.rows(options)
	c := checker{plan: p, notes: &rows.notes, invalid: invalid}
	err := errors.Join(c.addAll(ctx, rows, progress), c.reportMissingApp())
	p.Notes = rows.notes.result()
	if err != nil {
		return p, err
	}
	p.Outdated = p.latest.settle()
	return p, nil
}

// checker fills in a plan and reports the invalid rows.
type checker struct {
	plan    *Plan
	notes   *notes
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
		c.notes.row(row)
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
