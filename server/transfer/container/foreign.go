package container

import (
	"bytes"
	"strings"
)

// headSize is the number of bytes that tell what a part is.
const headSize = 1 << 10

// foreignError says that something is not a report, and what to do.
type foreignError struct {
	what, advice string
	holdsRows    bool // it may contain a report, so it is never skipped
}

func (e *foreignError) Error() string { return "it is " + e.what + "; " + e.advice }

const (
	saveAsCSV = "save it as CSV UTF-8 and import that"
	unpackIt  = "unpack it and import the files in it"
	exportCSV = "export the report as CSV or JSON"
)

var (
	workbook     = &foreignError{"an Excel workbook", saveAsCSV, true}
	oldWorkbook  = &foreignError{"an Excel workbook of the old format, or another Office document", saveAsCSV, true}
	office       = &foreignError{"an Office document", exportCSV, false}
	openDocument = &foreignError{"an OpenDocument or Numbers file", saveAsCSV, true}
	nestedZip    = &foreignError{"a zip in another file", unpackIt, true}
	nestedGzip   = &foreignError{"a gzip in a gzip", unpackIt, true}
	tarArchive   = &foreignError{"a tar archive", unpackIt, true}
	webPage      = &foreignError{"a web page, perhaps one to sign in", "sign in and download the report again", false}
	xmlDocument  = &foreignError{"an XML document", exportCSV, false}
)

// magics are what files of other kinds begin with.
var magics = []struct {
	start string
	is    *foreignError
}{
	{gzipMagic, nestedGzip},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", oldWorkbook},
	{"7z\xbc\xaf\x27\x1c", &foreignError{"a 7-Zip archive", unpackIt, true}},
	{"Rar!\x1a\x07", &foreignError{"a RAR archive", unpackIt, true}},
	{"\xfd7zXZ\x00", &foreignError{"an xz archive", unpackIt, true}},
	{"\x28\xb5\x2f\xfd", &foreignError{"a Zstandard archive", unpackIt, true}},
	{"BZh", &foreignError{"a bzip2 archive", unpackIt, true}},
	{"MSCF", &foreignError{"a Windows cabinet", unpackIt, true}},
	{"SQLite format 3\x00", &foreignError{"an SQLite database", "export its rows with this program and import those", true}},
	{"PAR1", &foreignError{"a Parquet file", saveAsCSV, true}},
	{"%PDF-", &foreignError{"a PDF document", exportCSV, false}},
	{"{\\rtf", &foreignError{"an RTF document", exportCSV, false}},
	{"\x89PNG\r\n", &foreignError{"a PNG image", exportCSV, false}},
	{"\xff\xd8\xff", &foreignError{"a JPEG image", exportCSV, false}},
	{"GIF8", &foreignError{"a GIF image", exportCSV, false}},
	{"\x00\x00\xfe\xff", &foreignError{"text in UTF-32", saveAsCSV, true}},
	{"\xff\xfe\x00\x00", &foreignError{"text in UTF-32", saveAsCSV, true}},
}

// foreign returns a *foreignError if a part that begins with head is not a report. Only its header tells of other text.
func foreign(head []byte) error {
	for _, magic := range magics {
		if bytes.HasPrefix(head, []byte(magic.start)) {
			return magic.is
		}
	}
	if isZip(head) {
		return zipped(localNames(head))
	}
	if len(head) >= 262 && string(head[257:262]) == "ustar" {
		return tarArchive
	}
	text := strings.ToLower(string(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")))
	switch {
	case !strings.HasPrefix(text, "<"):
		return nil
	case strings.Contains(text, "urn:schemas-microsoft-com:office:"):
		return workbook
	case strings.HasPrefix(text, "<?xml") && !strings.Contains(text, "<html"):
		return xmlDocument
	default:
		return webPage
	}
}

// zipped returns what a zip with members of these names is.
func zipped(names []string) error {
	for _, name := range names {
		switch {
		case name == "[Content_Types].xml":
			return officeOf(names)
		case name == "mimetype", strings.HasSuffix(name, ".iwa"):
			return openDocument
		}
	}
	return nestedZip
}

func officeOf(names []string) error {
	for _, name := range names {
		if strings.HasPrefix(name, "word/") || strings.HasPrefix(name, "ppt/") {
			return office
		}
	}
	return workbook
}
