package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"installstatus/api/contract"
	"installstatus/api/status"
)

// node is a segment of the contract's paths, with the segments that may follow it.
type node struct {
	literals map[string]*node // by name, and by folded name
	key      *node            // a parameter, nil if none may follow

	name       string // of the segment or the parameter, as the contract spells it
	kind       string // of the segment, in OData's words
	operations map[string]*contract.Operation
}

// newTree returns the tree of the contract's paths, which start with the base path.
func newTree(c *contract.Contract) *node {
	root := &node{}
	for _, o := range c.Operations {
		at := root
		for i, segment := range strings.Split(strings.Trim(c.BasePath+o.Path, "/"), "/") {
			at = at.next(segment, i)
		}
		if at.operations == nil {
			at.operations = make(map[string]*contract.Operation)
		}
		at.operations[o.Method] = o
	}
	return root
}

// next returns the node of a template's segment. It adds the node if it is new.
func (n *node) next(segment string, depth int) *node {
	if name, isKey := strings.CutPrefix(segment, "{"); isKey {
		if n.key == nil {
			n.key = &node{name: strings.TrimSuffix(name, "}"), kind: "key"}
		}
		return n.key
	}
	kinds := []string{"~", "singleton", "navigation"}
	child := &node{name: segment, kind: kinds[min(depth, len(kinds)-1)]}
	if strings.HasPrefix(segment, "$") {
		child.kind = segment
	}
	if n.literals == nil {
		n.literals = make(map[string]*node)
	}
	if known := n.literal(segment); known != nil {
		return known
	}
	n.literals[segment], n.literals[contract.Fold(segment)] = child, child
	return child
}

// literal returns the node of a segment that is not a key, written in any case; nil if there is none. Rule 1.
func (n *node) literal(segment string) *node {
	if spelt := n.literals[segment]; spelt != nil {
		return spelt
	}
	return n.literals[contract.Fold(segment)]
}

// address is the parsed path of a request: the operation, the decoded keys, and the path as the contract spells it.
type address struct {
	operation *contract.Operation
	params    []contract.Param
	path      strings.Builder // decoded
	rawPath   strings.Builder // percent-encoded
}

// resolve finds the operation that a request addresses. It parses the path as it was sent, because only there does a slash inside
// a key differ from a slash after it.
func (n *node) resolve(r *http.Request) (*address, error) {
	a := &address{params: make([]contract.Param, 0, 3)}
	a.path.Grow(len(r.URL.Path))
	a.rawPath.Grow(len(r.URL.Path))
	kinds := make([]string, 0, 8)
	at, last, method := n, n, r.Method // last is the last segment that is not a key
	if method == http.MethodHead {
		method = http.MethodGet
	}
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/")
	rest := strings.Split(strings.TrimSuffix(path, "/"), "/") // Rule 1.
	for len(rest) > 0 {
		// Rule 3.
		segment, err := url.PathUnescape(rest[0])
		if at != n && (err != nil || !utf8.ValidString(segment) || strings.IndexByte(segment, 0) >= 0) {
			return nil, badRequest("The path is not valid: a segment is not percent-encoded UTF-8, or contains U+0000.")
		}
		rest = rest[1:]
		name, key, inParentheses := segment, "", false
		if at.key == nil {
			name, key, inParentheses = strings.Cut(segment, "(")
		}
		child := at.key
		if child == nil || isSystem(name) {
			if child = at.literal(name); child == nil || inParentheses && child.key == nil {
				return nil, unknownSegment(name, at == n)
			}
			a.append(child.name, child.name)
			at, last, kinds = child, child, append(kinds, child.kind)
			if !inParentheses {
				continue
			}
			child = at.key
			if name, err = unquote(key); err != nil {
				return nil, err
			}
			if isSystem(name) {
				return nil, badRequest(fmt.Sprintf("The key '%s' after the segment '%s' begins with $, which no id does.", child.name, at.name))
			}
		}
		if name == "" {
			return nil, badRequest(fmt.Sprintf("The key '%s' after the segment '%s' is empty.", child.name, at.name))
		}
		if child.name == paramApp {
			name = status.CanonicalApp(name) // Rule 1.
		}
		a.params = append(a.params, contract.Param{Name: child.name, Value: name})
		a.append(name, url.PathEscape(name))
		at, kinds = child, append(kinds, child.kind)
	}
	if at.operations == nil {
		return nil, unknownSegment(last.name, false)
	}
	if a.operation = at.operations[method]; a.operation == nil {
		return nil, at.wrongVerb(r.Method, strings.Join(kinds, "/"))
	}
	if strings.HasSuffix(a.operation.Path, "/") { // as echo's route has it
		a.append("", "")
	}
	return a, nil
}

// isSystem reports whether a segment is one of OData's own, such as $count, and not an id. Rule 3.
func isSystem(segment string) bool { return strings.HasPrefix(segment, "$") }

func (a *address) append(segment, escaped string) {
	a.path.WriteByte('/')
	a.path.WriteString(segment)
	a.rawPath.WriteByte('/')
	a.rawPath.WriteString(escaped)
}

// unquote reads the rest of a segment after its opening parenthesis: 'key'), with quotes in the key doubled. Rule 2.
func unquote(s string) (string, error) {
	quoted, closed := strings.CutSuffix(s, "')")
	quoted, opened := strings.CutPrefix(quoted, "'")
	key := strings.ReplaceAll(quoted, "''", "\x00")
	if !closed || !opened || strings.Contains(key, "'") {
		return "", badRequest("A key in parentheses must be in single quotes, with each quote inside it doubled: ('it''s').")
	}
	return strings.ReplaceAll(key, "\x00", "'"), nil
}

// unknownVersion is the 404 for a path outside of the API.
type unknownVersion struct{ error }

func (v unknownVersion) Unwrap() error { return v.error }

func unknownSegment(name string, isVersion bool) error {
	if isVersion {
		return unknownVersion{notFound("Invalid version: " + contract.Shown(name))}
	}
	return badRequest(fmt.Sprintf("Resource not found for the segment '%s'.", contract.Shown(name)))
}

func (n *node) wrongVerb(verb, template string) *Error {
	var allowed []string
	for method := range n.operations {
		allowed = append(allowed, method)
		if method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	slices.Sort(allowed)
	allow := strings.Join(allowed, ", ")
	return methodNotAllowed(fmt.Sprintf("No OData route exists that match template %s with http verb %s. Allowed: %s.", template, contract.Shown(verb), allow), allow)
}
