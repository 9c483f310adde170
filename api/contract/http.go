package contract

import (
	"net/http"
	"slices"
)

// Methods returns the methods of the operations, sorted, with HEAD.
func (c *Contract) Methods() []string {
	methods := []string{http.MethodHead}
	for _, o := range c.Operations {
		methods = append(methods, o.Method)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// ResponseHeaders returns the names of the headers that responses may have, sorted, with the Allow of a 405.
func (c *Contract) ResponseHeaders() []string {
	names := []string{"Allow"}
	for _, path := range c.Document.Paths.Map() {
		for _, operation := range path.Operations() {
			for _, response := range operation.Responses.Map() {
				for name := range response.Value.Headers {
					names = append(names, name)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
