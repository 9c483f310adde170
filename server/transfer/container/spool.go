package container

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

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
		return nil, cmp.Or(err, os.Remove(file.Name()))
	}
	return newFile(ctx, file, true)
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
