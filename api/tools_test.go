package api_test

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Generators and validators misread a contract that breaks one of these rules, though OpenAPI allows it.
func TestTheContractSuitsOtherTools(t *testing.T) {
	doc := newContract(t)
	if !regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`).MatchString(doc.Info.Version) {
		t.Errorf("%s is no semantic version", doc.Info.Version)
	}
	schemes := slices.Sorted(maps.Keys(doc.Components.SecuritySchemes))
	if last := doc.Components.SecuritySchemes[schemes[len(schemes)-1]]; last.Value.Scheme != "bearer" {
		t.Errorf("the last of the schemes %v is not bearer: clients that apply all of them send the token as that one does", schemes)
	}
	for name, schema := range doc.Components.Schemas {
		for property, schema := range schema.Value.Properties {
			if v := schema.Value; v.Format != "" && v.MaxLength != nil {
				t.Errorf("%s.%s has a maxLength beside its format", name, property)
			}
			if strings.HasSuffix(name, "Input") && schema.Value.ReadOnly {
				t.Errorf("%s.%s is readOnly: validators refuse it in requests", name, property)
			}
		}
	}
	keywords := strings.Fields(`as async await break case catch class const continue def default defer del delete do else enum export
		extends false finally fn for from func function go if import in interface is lambda let loop map match mod move mut new nil
		none not null or package pass pub raise range ref return select self static struct super switch this throw trait true try
		type typeof use var void where while with yield`)
	for name := range doc.Components.Examples {
		if slices.Contains(keywords, strings.ToLower(name)) {
			t.Errorf("the example %s is a keyword", name)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.RequestBody != nil && operation.RequestBody.Ref != "" {
				t.Errorf("%s %s: the body is a reference", method, path)
			}
			for status, response := range operation.Responses.Map() {
				if status[0] == '2' && response.Ref != "" && len(response.Value.Content) > 0 {
					t.Errorf("%s %s: the response %s is a reference", method, path, status)
				}
			}
		}
	}
}

func TestTheContractsExamplesOfParametersAreAccepted(t *testing.T) {
	for path, item := range newContract(t).Paths.Map() {
		if item.Get == nil {
			continue
		}
		sent := request{method: http.MethodGet, target: "/beta" + path}
		query, header := url.Values{}, map[string]string{}
		for _, p := range append(slices.Clone(item.Parameters), item.Get.Parameters...) {
			example, _ := p.Value.Example.(string)
			switch {
			case p.Value.Example == nil && p.Value.Required:
				t.Errorf("%s: %s has no example", path, p.Value.Name)
			case p.Value.In == openapi3.ParameterInPath:
				sent.target = strings.ReplaceAll(sent.target, "{"+p.Value.Name+"}", url.PathEscape(example))
			case p.Value.Example != nil && p.Value.In == openapi3.ParameterInQuery:
				query.Set(p.Value.Name, asJSON(t, p.Value.Example))
				if example != "" {
					query.Set(p.Value.Name, example)
				}
			case p.Value.In == openapi3.ParameterInHeader && p.Value.Name != "If-None-Match":
				header[p.Value.Name] = example
			}
		}
		sent.header = header
		if len(query) > 0 {
			sent.target += "?" + query.Encode()
		}
		if w, body := sent.send(t); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", sent.target, w.Code, body)
		}
	}
}
