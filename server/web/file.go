package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"path"
	"strings"
	"time"
)

// pagePolicy lets a page load only from this server. The page may not run inline scripts or write HTML from scripts.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// docsPolicy is for the API reference. Swagger UI's style sheet contains pictures (data:), and its script writes HTML.
// Inline scripts and styles are still forbidden.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// contentTypes are fixed here because mime.TypeByExtension depends on the machine.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".yaml": "application/yaml",
}

// file is a response that does not change while the process runs.
type file struct {
	body        []byte
	isGzip      bool
	contentType string
	policy      string
	etag        string
}

// newFile makes a file. The extension of its name determines its type; .gz after that means that body is compressed.
func newFile(name string, body []byte, policy string) file {
	name, isGzip := strings.CutSuffix(name, ".gz")
	sum := sha256.Sum256(body)
	return file{
		body: body, isGzip: isGzip, contentType: contentTypes[path.Ext(name)], policy: policy,
		etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
	}
}

func (f file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.setHeaders(w.Header())
	w.Header().Set("ETag", f.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
}

// serveNotFound answers with the file and 404.
func (f file) serveNotFound(w http.ResponseWriter) {
	f.setHeaders(w.Header())
	w.WriteHeader(http.StatusNotFound)
	w.Write(f.body)
}

func (f file) setHeaders(header http.Header) {
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Security-Policy", f.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache") // cache, but revalidate each time
	if f.isGzip {
		header.Set("Content-Encoding", "gzip") // every browser that Swagger UI supports accepts gzip
	}
}
