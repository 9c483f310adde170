package container

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const report = "DeviceId\n1\n"

// member is a member of a zip.
type member struct{ name, content string }

func zipOf(members ...member) string {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, m := range members {
		content, _ := w.Create(m.name)
		io.WriteString(content, m.content)
	}
	w.Close()
	return archive.String()
}

func gzipOf(content string) string {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.WriteString(w, content)
	w.Close()
	return packed.String()
}

// encrypted sets the flag of encryption in the directory of a zip.
func encrypted(archive string) string {
	at := strings.LastIndex(archive, "PK\x01\x02") + 8
	return archive[:at] + "\x01" + archive[at+1:]
}

// method sets the method of compression in the directory of a zip.
func method(archive string, to byte) string {
	at := strings.LastIndex(archive, "PK\x01\x02") + 10
	return archive[:at] + string([]byte{to}) + archive[at+1:]
}

// opened opens a file with the given content.
func opened(t testing.TB, content string) (*File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := Open(t.Context(), path)
	if err == nil {
		t.Cleanup(func() { file.Close() })
	}
	return file, err
}

// contents returns the parts of a file as name:content.
func contents(t testing.TB, file *File) (all []string) {
	t.Helper()
	for _, part := range file.Parts {
		content, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil || int64(len(text)) != part.Size {
			t.Errorf("%d bytes, %v; the size is %d", len(text), err, part.Size)
		}
		content.Close()
		all = append(all, part.Name+":"+string(text))
	}
	return all
}

func TestPartsOfAFile(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		want    []string
	}{
		"plain":                         {report, []string{":" + report}},
		"empty":                         {"", []string{":"}},
		"zip":                           {zipOf(member{"a.csv", report}), []string{"a.csv:" + report}},
		"zip with folders":              {zipOf(member{"x/", ""}, member{"x/y/", ""}, member{"x/y/a.csv", report}), []string{"x/y/a.csv:" + report}},
		"zip with folders of .NET":      {zipOf(member{`x\`, ""}, member{`x\a.csv`, report}), []string{`x\a.csv:` + report}},
		"zip made on a Mac":             {zipOf(member{"a.csv", report}, member{"__MACOSX/._a.csv", "Mac OS X"}, member{".DS_Store", "\x00\x00\x00\x01Bud1"}, member{"x/._b.csv", "?"}), []string{"a.csv:" + report}},
		"zip made on Windows":           {zipOf(member{"THUMBS.DB", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}, member{`x\Desktop.ini`, "[.ShellClassInfo]"}, member{"a.csv", report}), []string{"a.csv:" + report}},
		"zip with several reports":      {zipOf(member{"a.csv", report}, member{"b.json", "[]"}), []string{"a.csv:" + report, "b.json:[]"}},
		"zip with a name in code page":  {zipOf(member{"Ger\x84te.csv", report}), []string{"Ger\ufffdte.csv:" + report}},
		"zip with an image":             {zipOf(member{"a.png", "\x89PNG\r\n"}, member{"a.csv", report}), []string{"a.csv:" + report}},
		"gzip":                          {gzipOf(report), []string{":" + report}},
		"gzip of nothing":               {gzipOf(""), []string{":"}},
		"several gzips after another":   {gzipOf("Device") + gzipOf("Id\n") + gzipOf("1\n"), []string{":" + report}},
		"gzip in a zip":                 {zipOf(member{"a.csv.gz", gzipOf(report)}, member{"b.csv", report}), []string{"a.csv.gz:" + report, "b.csv:" + report}},
		"UTF-16 is not another kind":    {"\xff\xfeD\x00", []string{":\xff\xfeD\x00"}},
		"what begins with PK is no zip": {"PK\n1\n", []string{":PK\n1\n"}},
	} {
		file, err := opened(t, c.content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for range 2 { // a file can be read several times
			if got := contents(t, file); !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
	}
}

func TestWhatIsNotAReportIsNamed(t *testing.T) {
	const pdf, xls, html = "%PDF-1.7\n", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "\xef\xbb\xbf\r\n<!DOCTYPE html><html>"
	xlsx := zipOf(member{"[Content_Types].xml", "<Types>"}, member{"xl/workbook.xml", "<workbook>"})
	for content, want := range map[string]string{
		xlsx: "it is an Excel workbook; save it as CSV UTF-8 and import that",
		xls:  "it is an Excel workbook of the old format, or another Office document; save it as CSV UTF-8 and import that",
		zipOf(member{"xl/workbook.xml", ""}, member{"[Content_Types].xml", ""}):                                "it is an Excel workbook;",
		zipOf(member{"[Content_Types].xml", ""}, member{"word/document.xml", ""}):                              "it is an Office document; export the report as CSV or JSON",
		zipOf(member{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, member{"content.xml", ""}): "it is an OpenDocument or Numbers file; save it as CSV UTF-8",
		"<?xml version=\"1.0\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">":           "it is an Excel workbook; save it as CSV UTF-8",
		"<?xml version=\"1.0\"?>\n<feed/>":                                                                     "it is an XML document; export the report as CSV or JSON",
		html:                                                                                                   "it is a web page, perhaps one to sign in; sign in and download the report again",
		pdf:                                                                                                    "it is a PDF document; export the report as CSV or JSON",
		"7z\xbc\xaf\x27\x1c":                                                                                   "it is a 7-Zip archive; unpack it and import the files in it",
		strings.Repeat("\x00", 257) + "ustar":                                                                  "it is a tar archive; unpack it",
		"\xff\xfe\x00\x00D\x00\x00\x00":                                                                        "it is text in UTF-32; save it as CSV UTF-8",
		gzipOf(zipOf(member{"a.csv", report})):                                                                 "it is a zip in another file; unpack it and import the files in it",
		gzipOf(gzipOf(report)):                                                                                 "it is a gzip in a gzip; unpack it",
		gzipOf(xlsx):                                                                                           "it is an Excel workbook; save it as CSV",
		gzipOf(pdf):                                                                                            "it is a PDF document",
		zipOf():                                                                                                "the zip is empty; download the report again",
		zipOf(member{"x/", ""}, member{"Thumbs.db", "?"}):                                                      "the zip contains no file but folders and what the system keeps in them",
		zipOf(member{"a.pdf", pdf}):                                                                            "the zip contains no report; a.pdf in it: it is a PDF document",
		zipOf(member{"a.pdf", pdf}, member{"b.htm", html}):                                                     "the zip contains no report; a.pdf in it: it is a PDF document",
		zipOf(member{"in.zip", zipOf(member{"a.csv", report})}, member{"b.csv", report}): "in.zip in the zip: it is a zip in another file; unpack it and import the files in it",
		zipOf(member{"a.xlsx", xlsx}, member{"b.csv", report}):                           "a.xlsx in the zip: it is an Excel workbook; save it as CSV UTF-8 and import that",
		zipOf(member{"a.gz", gzipOf(gzipOf(report))}):                                    "a.gz in the zip: it is a gzip in a gzip;",
		encrypted(zipOf(member{"a.csv", report})):                                        "a.csv in the zip: it is encrypted; unpack the zip with its password",
		method(zipOf(member{"a.csv", report}), 9):                                        "a.csv in the zip: it is compressed by a method that is not supported; unpack the zip",
		zipOf(member{"a.csv", report})[:40]:                                              "the zip is damaged or incomplete; download it again",
		gzipOf(report)[:15]:                                                              "the gzip is damaged or incomplete; download it again",
		gzipOf(report) + "rest":                                                          "the gzip is damaged or incomplete; download it again",
	} {
		if file, err := opened(t, content); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60q: %v, %v; want %s", content, file, err, want)
		}
	}
}

func TestMembersThatCannotHoldRowsAreSkipped(t *testing.T) {
	file, err := opened(t, zipOf(member{"x/a.png", "\x89PNG\r\n"}, member{"a.csv", report}, member{"b.pdf", "%PDF-1"}))
	if err != nil {
		t.Fatal(err)
	}
	if want := []Skipped{{"x/a.png", "it is a PNG image"}, {"b.pdf", "it is a PDF document"}}; !slices.Equal(file.Skipped, want) {
		t.Errorf("%+v, want %+v", file.Skipped, want)
	}
}

func TestAFileThatUnpacksToFarMoreThanItsSizeIsRefused(t *testing.T) {
	bomb := strings.Repeat("\n", unpackedAlways+1)
	half := bomb[:unpackedAlways/2+1]
	for name, content := range map[string]string{
		"zip":                  zipOf(member{"a.csv", bomb}),
		"gzip":                 gzipOf(bomb),
		"gzip in a zip":        zipOf(member{"a.gz", gzipOf(bomb)}),
		"gzips after another":  gzipOf(half) + gzipOf(half),
		"several in a zip":     zipOf(member{"a.csv", half}, member{"b.csv", half}),
		"several gzips in one": zipOf(member{"a.gz", gzipOf(half)}, member{"b.gz", gzipOf(half)}),
	} {
		if file, err := opened(t, content); err == nil || !strings.Contains(err.Error(), "it unpacks to more than 200 times its size") {
			t.Errorf("%s of %d bytes: %v, %v", name, len(content), file, err)
		}
	}
	for name, content := range map[string]string{"zip": zipOf(member{"a.csv", half}), "gzip": gzipOf(half)} {
		if _, err := opened(t, content); err != nil {
			t.Errorf("%s of %d bytes: %v", name, len(content), err)
		}
	}
}

func TestAMemberIsNeverLargerThanItsZipSays(t *testing.T) {
	archive := zipOf(member{"a.csv", strings.Repeat("a\n", 5000)})
	at := strings.LastIndex(archive, "PK\x01\x02") + 24
	file, err := opened(t, archive[:at]+"\x08\x00\x00\x00"+archive[at+4:])
	if err != nil {
		return // refused already
	}
	content, err := file.Parts[0].Open()
	if err != nil {
		return
	}
	defer content.Close()
	if text, err := io.ReadAll(content); err == nil || len(text) > 8 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

func TestOnlyRegularFilesAreOpened(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(t.Context(), dir); err == nil || err.Error() != "it is a folder; name the files in it" {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "none")); err == nil || strings.Contains(err.Error(), dir) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestUnpackingEndsWithTheContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.gz")
	if err := os.WriteFile(path, []byte(gzipOf(report)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, path); err == nil || err.Error() != "interrupted; nothing was written" {
		t.Errorf("%v", err)
	}
}

// FuzzOpen checks that each part of whatever opens has the size that it says, unless it is damaged.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{
		report, gzipOf(report), gzipOf(report) + gzipOf(report), zipOf(), zipOf(member{"a.csv", report}, member{"b.gz", gzipOf(report)}),
		encrypted(zipOf(member{"a", ""})), method(zipOf(member{"a", ""}), 9), "<html>", "%PDF-",
	} {
		f.Add(seed)
	}
	path := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Open(t.Context(), path)
		if err != nil {
			return
		}
		defer file.Close()
		if len(file.Parts) == 0 {
			t.Error("no parts")
		}
		for _, part := range file.Parts {
			content, err := part.Open()
			if err != nil {
				continue
			}
			if n, err := io.Copy(io.Discard, content); err == nil && n != part.Size {
				t.Errorf("%d bytes, but its size is %d", n, part.Size)
			}
			content.Close()
		}
	})
}
