package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"installstatus/api/status"
	"installstatus/server/transfer/container"
)

// Files are the files of an import. They can be read several times.
type Files struct {
	Size    int64               // in bytes, unpacked
	Skipped []container.Skipped // members of zips that are not reports; their names begin with that of the zip

	opened []*container.File
	parts  []part
}

// part is a report: a file, or a member of a zip.
type part struct {
	Origin
	content *container.Part
}

// Origin is where a row comes from.
type Origin struct {
	File string // as the caller names it
	Part string // of a zip, else ""
}

// String returns one name for both, without control characters.
func (o Origin) String() string { return OneLine(strings.TrimSuffix(o.File+"/"+o.Part, "/")) }

// Open opens files with rows: plain, zipped, in gzip, or a zip with several. The name - is the stream, which is copied to a
// temporary file; progress is called with the number of bytes so far. The caller must call Close. Errors name the file.
func Open(ctx context.Context, names []string, stream io.Reader, progress func(bytes int64)) (*Files, error) {
	f := new(Files)
	for _, name := range names {
		if err := f.open(ctx, name, stream, progress); err != nil {
			return nil, cmp.Or(fmt.Errorf("%s: %w", OneLine(name), err), f.Close())
		}
	}
	for _, p := range f.parts {
		f.Size += p.content.Size
	}
	return f, nil
}

// Expand replaces each name with a wildcard by the names that match, since Windows leaves that to programs. A name that is a file,
// or that matches none, stays.
func Expand(names []string) (all []string) {
	for _, name := range names {
		matches := []string{name}
		if _, err := os.Lstat(name); err != nil && strings.ContainsAny(name, "*?") {
			if found, err := filepath.Glob(name); err == nil && len(found) > 0 {
				matches = found
			}
		}
		all = append(all, matches...)
	}
	return all
}

func (f *Files) open(ctx context.Context, name string, stream io.Reader, progress func(bytes int64)) (err error) {
	var file *container.File
	if name == "-" {
		file, err = container.Spool(ctx, stream, progress)
	} else {
		file, err = container.Open(ctx, name)
	}
	if err != nil {
		return err
	}
	f.opened = append(f.opened, file)
	parts, err := f.reports(name, file)
	f.parts = append(f.parts, parts...)
	return err
}

// reports returns the parts of a file that are reports, which is every one that is not text of another kind.
func (f *Files) reports(name string, file *container.File) (parts []part, err error) {
	for _, skipped := range file.Skipped {
		f.Skipped = append(f.Skipped, container.Skipped{Name: Origin{name, skipped.Name}.String(), Reason: skipped.Reason})
	}
	for _, content := range file.Parts {
		p := part{Origin{name, content.Name}, content}
		if len(file.Parts) > 1 {
			other, err := p.isOtherText()
			if err != nil {
				return nil, fmt.Errorf("%s in the zip: %w", OneLine(content.Name), err)
			}
			if other {
				f.Skipped = append(f.Skipped, container.Skipped{Name: p.String(), Reason: errNotAReport.Error()})
				continue
			}
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return nil, errors.New("the zip contains no report; none of its files has a header with DeviceId or id")
	}
	return parts, nil
}

// isOtherText reports whether the part is text but not a report.
func (p part) isOtherText() (bool, error) {
	r, err := p.rows(Options{State: status.InstallStateUnknown}, new(notes))
	switch {
	case errors.Is(err, errNotAReport):
		return true, nil
	case err != nil:
		return false, err
	}
	return false, r.close()
}

// Several reports whether there is more than one report, so that a line alone does not tell where a row is.
func (f *Files) Several() bool { return len(f.parts) > 1 }

// Close closes the files.
func (f *Files) Close() error {
	var err error
	for _, file := range f.opened {
		err = cmp.Or(err, file.Close())
	}
	return err
}
