// Package web serves the files for a browser: a page that shows install statuses and edits them, the API reference, and
// the contract. The binary contains all of them, and the pages connect only to this server. The page is an ordinary client of
// the API: this package does not depend on its implementation.
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

// Options configure what the pages show first.
type Options struct {
	// Development means that the server has POST /dev/token. The pages use it to sign in.
	Development bool
	// App is the id of the app that the page shows first, "" for none.
	App string
	// User is the id of a user status of the app. Status is the id of a device status other than the one in the
	// documentation's example. The reference sends its examples with these ids. "" leaves the contract's example.
	User, Status string
}

//go:embed page docs
var folders embed.FS

// site answers GET and HEAD for the exact paths of its files, and of a browser for paths outside of the API. It passes every other
// request to next.
type site struct {
	next     http.Handler
	files    map[string]file
	notFound file
}

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if f, ok := s.files[r.URL.Path]; ok {
			f.ServeHTTP(w, r)
			return
		}
		if !isAPI(r.URL.Path) && wantsPage(r) {
			s.notFound.serveNotFound(w)
			return
		}
	}
	s.next.ServeHTTP(w, r)
}

// isAPI reports whether a path is the API's.
func isAPI(path string) bool {
	version, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return strings.EqualFold(version, "beta")
}

// wantsPage reports whether the client names HTML among what it accepts, as browsers do when somebody opens an address.
func wantsPage(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept") {
		for element := range strings.SplitSeq(line, ",") {
			if mediaRange, _, _ := strings.Cut(element, ";"); strings.EqualFold(strings.TrimSpace(mediaRange), "text/html") {
				return true
			}
		}
	}
	return false
}

// New adds the pages to a server whose API is next: /, /docs, /openapi.yaml, and below /web/ and /docs/ the files that the
// pages load. A browser gets a page with 404 for every other path outside of the API.
func New(next http.Handler, options Options) (http.Handler, error) {
	s := site{next: next, files: map[string]file{"/openapi.yaml": newFile("openapi.yaml", gen.YAML, pagePolicy)}}
	notFound, err := folders.ReadFile("page/notfound.html")
	s.notFound = newFile("notfound.html", notFound, pagePolicy)
	err = errors.Join(
		err,
		s.addPage("/", "page/index.html", pagePolicy, options),
		s.addFiles("/web/", folders, "page/*", pagePolicy),
		s.addProperties("/web/properties.json"),
		s.addErrorCodes("/web/errorcodes.json"),
		s.addPage("/docs", "docs/index.html", docsPolicy, options),
		s.addFiles("/docs/", folders, "docs/*", docsPolicy),
		s.addFiles("/docs/", viewer.FS, "swagger-ui-bundle.js.gz", docsPolicy),
		s.addFiles("/docs/", viewer.FS, "swagger-ui.css.gz", docsPolicy),
	)
	if err != nil {
		return nil, fmt.Errorf("reading the built-in pages: %w", err)
	}
	return s, nil
}

// addPage executes a template once and adds the result.
func (s site) addPage(target, name, policy string, options Options) error {
	page, err := template.ParseFS(folders, name)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := page.Execute(&body, options); err != nil {
		return err
	}
	s.files[target] = newFile(name, body.Bytes(), policy)
	return nil
}

// addFiles adds the files that match pattern, except templates, below a prefix.
func (s site) addFiles(prefix string, from fs.FS, pattern, policy string) error {
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
			s.files[prefix+strings.TrimSuffix(path.Base(name), ".gz")] = newFile(name, body, policy)
		}
	}
	return nil
}

// addProperties adds the properties of a device status, which the page's scripts read.
func (s site) addProperties(target string) error {
	contract, err := gen.GetSpecJSON()
	if err != nil {
		return err
	}
	body, err := propertiesFile(contract)
	if err != nil {
		return err
	}
	s.files[target] = newFile(target, body, pagePolicy)
	return nil
}
