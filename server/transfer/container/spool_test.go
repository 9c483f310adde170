package container

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

func TestTheCopyOfAStreamIsRemovedByClose(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	file, err := Spool(t.Context(), strings.NewReader("DeviceId\n1\n"), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file.file.Name()); err != nil {
		t.Error(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("files left: %v", left)
	}
}

func TestTheCopyOfAStreamThatIsRefusedIsRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if file, err := Spool(t.Context(), strings.NewReader("%PDF-1.7"), func(int64) {}); err == nil {
		t.Errorf("%+v", file)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("files left: %v", left)
	}
}

func TestSpoolEndsWithItsContextAndLeavesNoFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	blocked, writer := io.Pipe()
	defer writer.Close()
	ctx, cancel := context.WithCancel(t.Context())
	written := make(chan struct{})
	go func() {
		io.WriteString(writer, "DeviceId\n")
		close(written)
	}()
	progress := func(bytes int64) {
		<-written
		if bytes == int64(len("DeviceId\n")) {
			cancel()
		}
	}
	if file, err := Spool(ctx, blocked, progress); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", file, err)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("files left: %v", left)
	}
}
