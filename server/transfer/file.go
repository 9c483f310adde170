package transfer

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"installstatus/api"
)

// File is what rows are read from, as often as it takes.
type File struct {
	Size int64 // in bytes, unpacked

	file      *os.File
	packed    *zip.File // in file, nil if it is not packed
	temporary bool
	entities  func() (*api.EntityReader, error) // made when it is needed, and once
}

// Open opens a file that holds rows, or a zip with one such file in it, as Intune delivers its exports. The caller
// must call Close. An error does not name the path.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	return newFile(file, false)
}

// Spool is Open for a stream: it is kept in a temporary file, which Close removes. tell is called with the number of bytes so
// far. When the context ends, Spool does too, though something may still be waiting for the stream.
func Spool(ctx context.Context, from io.Reader, tell func(int64)) (*File, error) {
	file, err := os.CreateTemp("", "installstatus-import-*")
	if err != nil {
		return nil, err
	}
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(file, from)
		copied <- err
	}()
	if err := await(ctx, copied, file, tell); err != nil {
		err = fmt.Errorf("keeping the stream in %s: %w", file.Name(), err)
		file.Close()
		return nil, errors.Join(err, os.Remove(file.Name()))
	}
	return newFile(file, true)
}

func await(ctx context.Context, copied <-chan error, file *os.File, tell func(int64)) error {
	now := time.NewTicker(100 * time.Millisecond)
	defer now.Stop()
	for {
		select {
		case err := <-copied:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-now.C:
			if info, err := file.Stat(); err == nil {
				tell(info.Size())
			}
		}
	}
}

func newFile(file *os.File, temporary bool) (*File, error) {
	f := &File{file: file, temporary: temporary, entities: sync.OnceValues(api.NewEntityReader)}
	if err := f.unpack(); err != nil {
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

// unpack finds out whether the file is packed.
func (f *File) unpack() error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file; name one, or - to read standard input")
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
			return errors.New("the zip holds several files; unpack it, and import one after the other")
		}
		f.packed, f.Size = entry, int64(entry.UncompressedSize64)
	}
	if f.packed == nil {
		return errors.New("the zip holds no file")
	}
	if encrypted := f.packed.Flags&1 != 0; encrypted {
		return errors.New("the zip is encrypted; unpack it first")
	}
	return nil
}

// open opens what the file holds, from the start.
func (f *File) open() (*source, error) {
	if f.packed == nil {
		return &source{ReadCloser: io.NopCloser(io.NewSectionReader(f.file, 0, f.Size))}, nil
	}
	unpacked, err := f.packed.Open()
	return &source{ReadCloser: unpacked}, err
}

// source counts what is read.
type source struct {
	io.ReadCloser
	read int64
}

func (s *source) Read(p []byte) (n int, err error) {
	n, err = s.ReadCloser.Read(p)
	s.read += int64(n)
	return n, err
}
