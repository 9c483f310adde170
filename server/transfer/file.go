package transfer

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// File is a file with rows. It can be read several times.
type File struct {
	Size int64 // in bytes, unpacked

	file      *os.File
	packed    *zip.File // nil if the file is not a zip
	temporary bool
}

// Open opens a file with rows, or a zip that contains one such file, as Intune's exports do. The caller must call Close. Errors
// do not contain the path.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	return newFile(file, false)
}

// Spool copies a stream to a temporary file, which Close removes, and opens that. It calls progress with the number of bytes so
// far. Spool returns when the context ends, even if a read from the stream still blocks.
func Spool(ctx context.Context, from io.Reader, progress func(bytes int64)) (*File, error) {
	file, err := os.CreateTemp("", "installstatus-import-*")
	if err != nil {
		return nil, err
	}
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(file, from)
		copied <- err
	}()
	if err := await(ctx, copied, file, progress); err != nil {
		err = fmt.Errorf("copying the stream to %s: %w", file.Name(), err)
		file.Close()
		return nil, errors.Join(err, os.Remove(file.Name()))
	}
	return newFile(file, true)
}

func await(ctx context.Context, copied <-chan error, file *os.File, progress func(int64)) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case err := <-copied:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if info, err := file.Stat(); err == nil {
				progress(info.Size())
			}
		}
	}
}

func newFile(file *os.File, temporary bool) (*File, error) {
	f := &File{file: file, temporary: temporary}
	if err := f.detectZip(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error {
	err := f.file.Close()
	if f.temporary {
		err = errors.Join(err, os.Remove(f.file.Name()))
	}
	return err
}

// detectZip sets Size and, if the file is a zip, packed.
func (f *File) detectZip() error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file; name one, or use - for standard input")
	}
	f.Size = info.Size()
	magic := make([]byte, 4)
	if n, _ := f.file.ReadAt(magic, 0); string(magic[:n]) != "PK\x03\x04" {
		return nil
	}
	archive, err := zip.NewReader(f.file, f.Size)
	if err != nil {
		return fmt.Errorf("reading the zip: %w", err)
	}
	for _, entry := range archive.File {
		if entry.FileInfo().IsDir() || strings.HasPrefix(entry.Name, "__MACOSX/") {
			continue
		}
		if f.packed != nil {
			return errors.New("the zip contains several files; unpack it and import them one by one")
		}
		f.packed, f.Size = entry, int64(entry.UncompressedSize64)
	}
	if f.packed == nil {
		return errors.New("the zip contains no file")
	}
	if encrypted := f.packed.Flags&1 != 0; encrypted {
		return errors.New("the zip is encrypted; unpack it first")
	}
	return nil
}

// open opens the content of the file, unpacked, at the start.
func (f *File) open() (*source, error) {
	if f.packed == nil {
		return &source{ReadCloser: io.NopCloser(io.NewSectionReader(f.file, 0, f.Size))}, nil
	}
	unpacked, err := f.packed.Open()
	return &source{ReadCloser: unpacked}, err
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
