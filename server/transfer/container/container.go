// Package container opens the files that reports come in: a report itself, in gzip, or one or several in a zip. It detects what
// a file is from its content, and names what cannot be a report. It does not read reports.
package container

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// File is an open file. It has at least one part.
type File struct {
	Parts   []*Part
	Skipped []Skipped

	file      *os.File
	temporary bool
	left      int64 // bytes that its parts may still unpack to
}

// Part is what may be a report: the whole file, or a member of a zip.
type Part struct {
	Name string // of the member of a zip, else ""
	Size int64  // in bytes, unpacked
	open func() (io.ReadCloser, error)
}

// Skipped is a member of a zip that is not a report, such as an image.
type Skipped struct{ Name, Reason string }

// A report shrinks to a tenth or a fiftieth. What unpacks to more than unpackedRatio times its size fills a disk or an afternoon.
const (
	unpackedRatio  = 200
	unpackedAlways = 64 << 20 // whatever the size of the file
)

var errUnpackedSize = fmt.Errorf("it unpacks to more than %d times its size, so it is refused; if it does contain a report, unpack it and import that", unpackedRatio)

// Open opens a file. The caller must call Close. Errors do not contain the path.
func Open(ctx context.Context, path string) (*File, error) {
	info, err := os.Stat(path) // opening a pipe may never return
	if err != nil {
		return nil, withoutPath(err)
	}
	if err := mustBeFile(info); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	return newFile(ctx, file, false)
}

func withoutPath(err error) error {
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

func mustBeFile(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return errors.New("it is a folder; name the files in it")
	case !info.Mode().IsRegular():
		return errors.New("not a regular file; name one, or use - for standard input")
	}
	return nil
}

func newFile(ctx context.Context, file *os.File, temporary bool) (*File, error) {
	f := &File{file: file, temporary: temporary}
	if err := f.findParts(ctx); err != nil {
		return nil, cmp.Or(err, f.Close())
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error {
	err := f.file.Close()
	if f.temporary {
		err = cmp.Or(err, os.Remove(f.file.Name()))
	}
	return err
}

func (f *File) findParts(ctx context.Context) error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	f.left = max(unpackedAlways, size*unpackedRatio)
	whole := &Part{Size: size, open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(f.file, 0, size)), nil
	}}
	head, err := whole.head()
	if err != nil {
		return err
	}
	if isZip(head) {
		return f.findMembers(ctx, size)
	}
	if err := f.unpack(ctx, whole, head); err != nil {
		return err
	}
	f.Parts = []*Part{whole}
	return nil
}

// unpack makes a part in gzip one of its content. It returns a *foreignError if the part cannot be a report.
func (f *File) unpack(ctx context.Context, part *Part, head []byte) error {
	if strings.HasPrefix(string(head), gzipMagic) {
		if err := f.gunzip(ctx, part); err != nil {
			return err
		}
		var err error
		if head, err = part.head(); err != nil {
			return err
		}
	}
	return foreign(head)
}

// Open opens the content of the part, unpacked, at the start.
func (p *Part) Open() (io.ReadCloser, error) { return p.open() }

// head returns the first bytes of the part.
func (p *Part) head() ([]byte, error) {
	content, err := p.open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return head[:n], nil
}
