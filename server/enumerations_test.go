package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"installstatus/api"
	"installstatus/gen"
)

// TestEveryEnumerationCanBeFiltered asks for each member of each enumerated property with a random literal of it.
func TestEveryEnumerationCanBeFiltered(t *testing.T) {
	onEachEngine(t, testEveryEnumerationCanBeFiltered)
}

func testEveryEnumerationCanBeFiltered(t *testing.T, s *testServer) {
	contract, err := api.Contract()
	if err != nil {
		t.Fatal(err)
	}
	properties, err := contract.Properties("MobileAppInstallStatus")
	if err != nil {
		t.Fatal(err)
	}
	for _, property := range properties {
		if property.Members == nil {
			continue
		}
		app := "app of " + property.Name
		for _, member := range property.Members {
			s.create(t, statusPath(url.PathEscape(app), member), fmt.Sprintf(`{%q:%q}`, property.Name, member))
		}
		others := fmt.Sprint(len(property.Members) - 1)
		for _, member := range property.Members {
			types := []string{"", property.Type, strings.TrimPrefix(property.Type, "microsoft."), strings.ToUpper(property.Type)}
			contents := []string{member, strings.ToUpper(member), fmt.Sprint(property.Numbers[member])}
			literal := types[rand.IntN(len(types))] + "'" + contents[rand.IntN(len(contents))] + "'"
			var filters, wanted, steps []string
			for filter, want := range map[string]string{
				property.Name + " eq " + literal:                                 "1",
				property.Name + " ne " + literal:                                 others,
				literal + " eq " + property.Name:                                 "1",
				property.Name + " in (" + literal + ")":                          "1",
				"not (" + property.Name + " in (" + literal + ",null))":          others,
				"(" + property.Name + " eq " + literal + ") eq true":             "1",
				"false eq (" + property.Name + " in (" + literal + "))":          others,
				property.Name + " eq " + literal + " and id ne '" + member + "'": "0",
			} {
				address := strings.TrimPrefix(statusesPath(url.PathEscape(app)), "/beta") + "/$count?$filter=" + url.QueryEscape(filter)
				filters, wanted = append(filters, filter), append(wanted, want)
				steps = append(steps, fmt.Sprintf(`{"id":"%d","method":"GET","url":%q}`, len(steps), address))
			}
			var batch gen.BatchResponseContent
			answer := s.do(t, call{method: http.MethodPost, target: "/beta/$batch", body: `{"requests":[` + strings.Join(steps, ",") + `]}`})
			if err := json.Unmarshal([]byte(answer.body), &batch); err != nil || len(batch.Responses) != len(filters) {
				t.Fatalf("%v: %s", err, answer.body)
			}
			for i, response := range batch.Responses {
				if response.Status != http.StatusOK || fmt.Sprint(response.Body) != wanted[i] {
					t.Errorf("%s: %d %s, want %s", filters[i], response.Status, response.Body, wanted[i])
				}
			}
			a := s.do(t, call{method: http.MethodGet, target: statusesPath(url.PathEscape(app)) + "?$filter=" + url.QueryEscape(property.Name+" in ("+literal+")")})
			var page gen.MobileAppInstallStatusCollectionResponse
			if err := json.Unmarshal([]byte(a.body), &page); err != nil || len(page.Value) != 1 || page.Value[0].ID != member {
				t.Errorf("%s: %d %s", literal, a.status, a.body)
			}
		}
	}
}
