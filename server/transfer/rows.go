package transfer

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"installstatus/api/status"
	"installstatus/server/transfer/dates"
)

// Options say how files are read.
type Options struct {
	App   string // the app of rows that name none; rows must not name another; "" if each row names its own
	Dates dates.Dates
	State status.InstallState // of new rows of a report that says no state; stored rows keep theirs. "" if each row must say its own
}

// rows reads the rows of files one after the other.
type rows struct {
	files   *Files
	options Options
	notes   notes
	before  int64 // bytes of the reports before current
	current *reader
}

func (f *Files) rows(options Options) *rows {
	return &rows{files: f, options: options}
}

// all returns the rows. The error of a row is a *RowError if the row is invalid. Any other error names the part, and ends reading.
func (r *rows) all() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, p := range r.files.parts {
			for row, err := range r.of(p) {
				var rowError *RowError
				if errors.As(err, &rowError) {
					rowError.Origin = p.Origin
				} else if err != nil {
					yield(Row{}, fmt.Errorf("%s: %w", p, err))
					return
				}
				if !yield(row, err) {
					return
				}
			}
		}
	}
}

// of returns the rows of a part.
func (r *rows) of(p part) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		current, err := p.rows(r.options, &r.notes)
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer current.close()
		defer current.format.note(&r.notes)
		r.current = current
		defer func() { r.before, r.current = r.before+p.content.Size, nil }()
		for row, err := range current.all() {
			if !yield(row, err) {
				return
			}
		}
	}
}

// bytesRead returns the number of bytes of all files read so far.
func (r *rows) bytesRead() int64 {
	if r.current == nil {
		return r.before
	}
	return r.before + r.current.bytesRead()
}

// source counts the bytes read.
type source struct {
	io.ReadCloser
	read int64
}

func (s *source) Read(p []byte) (n int, err error) {
	n, err = s.ReadCloser.Read(p)
	s.read += int64(n)
	return n, err
}
