package container

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
)

const gzipMagic = "\x1f\x8b"

// gunzip makes a part in gzip one of its content. It unpacks it once, to know its size and that it is whole.
func (f *File) gunzip(ctx context.Context, part *Part) error {
	packed := part.open
	part.open = func() (io.ReadCloser, error) {
		from, err := packed()
		if err != nil {
			return nil, err
		}
		unpacked, err := gzip.NewReader(from)
		if err != nil {
			return nil, cmp.Or(damaged("gzip", err), from.Close())
		}
		return &gunzipped{Reader: unpacked, from: from}, nil
	}
	content, err := part.open()
	if err != nil {
		return err
	}
	defer content.Close()
	part.Size, err = io.Copy(io.Discard, &limited{ctx: ctx, from: content, left: f.left})
	f.left -= part.Size
	return err
}

// gunzipped is the content of a gzip. Several that follow each other are one.
type gunzipped struct {
	*gzip.Reader
	from io.Closer
}

func (g *gunzipped) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	return n, damaged("gzip", err)
}

func (g *gunzipped) Close() error { return cmp.Or(g.Reader.Close(), g.from.Close()) }

// limited ends with an error after a number of bytes, or with its context.
type limited struct {
	ctx  context.Context
	from io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, errors.New("interrupted; nothing was written")
	}
	n, err := l.from.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errUnpackedSize
	}
	return n, err
}

// damaged explains an error of unpacking. It keeps nil and io.EOF.
func damaged(format string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return fmt.Errorf("the %s is damaged or incomplete; download it again (%w)", format, err)
}
