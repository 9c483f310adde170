// Package web is what a browser gets: a page to look at install statuses and to change them, the reference of the API, and
// the contract itself. All of it is in the binary, and the pages ask nobody but this server. The page is a client like any
// other: it knows nothing of what stands behind the API.
package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	viewer "github.com/swaggest/swgui/v5/static"

	"installstatus/gen"
)

// Options say what the pages start with.
type Options struct {
	// Development says that the server has POST /dev/token, where the pages sign themselves in.
	Development bool
	// App is the id of the app that is shown first, "" for none.
	App string
	// User is the id of a user status of the app, and Status that of a device status beside the documentation's own: with
	// them the reference is tried. "" leaves the contract's example.
	User, Status string
}

//go:embed page docs
var folders embed.FS

// site answers GET and HEAD of its files' paths, exactly as they stand, and hands everything else on as it is.
type site struct {
	next  http.Handler
	files map[string]file
}

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f, ok := s.files[r.URL.Path]; ok && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		f.ServeHTTP(w, r)
		return
	}
	s.next.ServeHTTP(w, r)
}

// New adds the pages to a server whose API is next: /, /docs and /openapi.yaml, and what the first two load from /web/ and
// /docs/.
func New(next http.Handler, options Options) (http.Handler, error) {
	s := site{next: next, files: map[string]file{"/openapi.yaml": newFile("openapi.yaml", gen.YAML, pagePolicy)}}
	err := errors.Join(
		s.addPage("/", "page/index.html", pagePolicy, options),
		s.addFiles("/web/", folders, "page/*", pagePolicy),
		s.addPage("/docs", "docs/index.html", docsPolicy, options),
		s.addFiles("/docs/", folders, "docs/*", docsPolicy),
		s.addFiles("/docs/", viewer.FS, "swagger-ui-bundle.js.gz", docsPolicy),
		s.addFiles("/docs/", viewer.FS, "swagger-ui.css.gz", docsPolicy),
	)
	if err != nil {
		return nil, fmt.Errorf("reading the pages that are built in: %w", err)
	}
	return s, nil
}

// addPage adds a template, carried out once.
func (s site) addPage(at, name, policy string, options Options) error {
	page, err := template.ParseFS(folders, name)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := page.Execute(&body, options); err != nil {
		return err
	}
	s.files[at] = newFile(name, body.Bytes(), policy)
	return nil
}

// addFiles adds the files that match, but for templates, beneath a path.
func (s site) addFiles(beneath string, from fs.FS, pattern, policy string) error {
	names, err := fs.Glob(from, pattern)
	if err != nil {
		return err
	}
	for _, name := range names {
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		if path.Ext(name) != ".html" {
			s.files[beneath+strings.TrimSuffix(path.Base(name), ".gz")] = newFile(name, body, policy)
		}
	}
	return nil
}
