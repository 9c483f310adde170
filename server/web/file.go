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

// pagePolicy lets a page load from this server alone, run no script that stands in the page, and write no HTML by script.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// docsPolicy is for the reference, whose viewer is not ours: its style sheet has pictures in it (data:), and it writes HTML
// by script. It runs no script and takes no style that stands in the page either.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// file is an answer that stays as it is while the process runs.
type file struct {
	body   []byte
	isGzip bool
	kind   string // its Content-Type
	policy string
	etag   string
}

// newFile takes a file by its name, whose ending says what it is; .gz after that says that it is compressed.
func newFile(name string, body []byte, policy string) file {
	name, isGzip := strings.CutSuffix(name, ".gz")
	kinds := map[string]string{ // what mime.TypeByExtension says depends on the machine
		".html": "text/html; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".json": "application/json",
		".svg":  "image/svg+xml",
		".yaml": "application/yaml",
	}
	sum := sha256.Sum256(body)
	return file{
		body: body, isGzip: isGzip, kind: kinds[path.Ext(name)], policy: policy,
		etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
	}
}

func (f file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", f.kind)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", f.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache") // keep it, and ask each time whether it is still the same
	header.Set("ETag", f.etag)
	if f.isGzip {
		header.Set("Content-Encoding", "gzip") // whoever does not take gzip runs no browser that the viewer works in
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
}
