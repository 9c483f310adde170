package transfer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"installstatus/server/transfer/csv"
)

// Report is a CSV file with all problems of an import. It appears under its name when it is complete.
type Report struct {
	path  string
	draft *os.File // nil if there is no report, or no longer a draft
	to    *bufio.Writer
	row   []byte
}

// CreateReport begins a report. If path is "", what is written is dropped. The caller must call Close.
func CreateReport(path string) (*Report, error) {
	if path == "" {
		return &Report{to: bufio.NewWriter(io.Discard)}, nil
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it exists and is not a regular file")
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".installstatus-*")
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return nil, fmt.Errorf("cannot write in its folder: %w", pathError.Err)
	}
	if err != nil {
		return nil, err
	}
	r := &Report{path: path, draft: draft, to: bufio.NewWriter(draft)}
	_, err = r.to.WriteString("\ufeff") // for Excel
	if err = errors.Join(err, r.write("file", "part", "line", "column", "reason")); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Report) add(row *RowError, problem Problem) error {
	return r.write(OneLine(row.Origin.File), OneLine(row.Origin.Part), strconv.Itoa(row.Line), row.column(problem), problem.Reason)
}

func (r *Report) write(texts ...string) error {
	var cells []csv.Cell
	for _, text := range texts {
		cells = append(cells, csv.Cell{Text: csv.Harmless(text)})
	}
	r.row = csv.Append(r.row[:0], cells...)
	if _, err := r.to.Write(r.row); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// commit gives the report its name, in place of a file that has it. If err is not nil, the report ends with it.
func (r *Report) commit(err error) error {
	if r.draft == nil {
		return nil
	}
	if err != nil {
		err = r.write("", "", "", "", OneLine("the check ended here: "+err.Error()))
	}
	err = errors.Join(err, r.to.Flush(), r.draft.Chmod(0o644), r.draft.Sync(), r.draft.Close())
	if err == nil {
		err = os.Rename(r.draft.Name(), r.path)
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	r.draft = nil
	return nil
}

// Close removes a report that is not complete.
func (r *Report) Close() error {
	if r.draft == nil {
		return nil
	}
	_ = r.draft.Close() // it may be closed already
	return os.Remove(r.draft.Name())
}
