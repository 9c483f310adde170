package transfer

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAZipContainsOneFile(t *testing.T) {
	for name, c := range map[string]struct {
		entries []string
		want    string
	}{
		"one":             {[]string{"report.csv"}, ""},
		"what macOS adds": {[]string{"folder/", "folder/report.csv", "__MACOSX/folder/._report.csv"}, ""},
		"none":            {[]string{"folder/"}, "the zip contains no file"},
		"two":             {[]string{"a.csv", "b.csv"}, "the zip contains several files"},
	} {
		path := filepath.Join(t.TempDir(), "report.zip")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		archive := zip.NewWriter(file)
		for _, entry := range c.entries {
			w, err := archive.Create(entry)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, map[bool]string{true: "DeviceId\n1\n"}[strings.HasSuffix(entry, "report.csv")])
		}
		archive.Close()
		file.Close()
		opened, err := Open(path)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a file can be read several times
			r, err := opened.rows("app")
			if err != nil {
				t.Fatal(err)
			}
			if row, err := r.next(); err != nil || row.Patch.To.DeviceID.Value != "1" {
				t.Errorf("%s: %+v, %v", name, row, err)
			}
			r.close()
		}
		opened.Close()
	}
}

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
