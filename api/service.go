package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"installstatus/api/contract"
	"installstatus/gen"
)

// GetService implements the operation getService.
func (a *API) GetService(c echo.Context, _ gen.GetServiceParams) error {
	document := a.service
	document.Documentation = originOf(c.Request()) + document.Documentation
	writeJSON(c.Response(), http.StatusOK, contentType, document)
	return nil
}

// serviceOf returns the service document of a contract. Its address is a path.
func serviceOf(c *contract.Contract, root *node) (document gen.ServiceDocument, err error) {
	if c.Document.ExternalDocs == nil {
		return document, errors.New("the contract has no externalDocs")
	}
	reference, err := url.Parse(c.Document.ExternalDocs.URL)
	if err != nil {
		return document, fmt.Errorf("reading the contract's externalDocs: %w", err)
	}
	document = gen.ServiceDocument{Title: c.Document.Info.Title, Documentation: reference.Path, Value: []gen.ServiceElement{}}
	base := root.literal(strings.TrimPrefix(c.BasePath, "/"))
	for name, child := range base.literals {
		if name == child.name && !isSystem(name) {
			document.Value = append(document.Value, gen.ServiceElement{Name: name, Kind: "Singleton", URL: name})
		}
	}
	slices.SortFunc(document.Value, func(a, b gen.ServiceElement) int { return strings.Compare(a.Name, b.Name) })
	return document, nil
}
