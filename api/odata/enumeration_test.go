package odata_test

import (
	"fmt"
	"strings"
	"testing"

	"installstatus/api/contract"
	"installstatus/api/odata"
	"installstatus/api/query"
	"installstatus/gen"
)

// TestEveryMemberOfEveryEnumerationHasAllItsLiterals compares each literal of a member with the member's name in quotes.
func TestEveryMemberOfEveryEnumerationHasAllItsLiterals(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	c, err := contract.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	enumerated := 0
	for _, schema := range []string{"MobileAppInstallStatus", "UserAppInstallStatus"} {
		properties, err := c.Properties(schema)
		if err != nil {
			t.Fatal(err)
		}
		p, err := odata.NewParser(properties)
		if err != nil {
			t.Fatal(err)
		}
		for _, property := range properties {
			if property.Members == nil {
				continue
			}
			enumerated++
			for _, member := range property.Members {
				checkLiterals(t, p, property, member)
			}
			for _, wrong := range []string{"graph.mobileApp'%s'", "microsoft.%s'failed'", "resultantAppState'%s'", "Microsoft.Graph.'%s'"} {
				literal := fmt.Sprintf(wrong, property.Members[0])
				if filter, err := p.Filter(property.Name + " eq " + literal); err == nil || !strings.Contains(err.Error(), "the type of the property is "+property.Type) {
					t.Errorf("%s: %#v, %v", literal, filter, err)
				}
			}
		}
	}
	if enumerated < 3 {
		t.Errorf("only %d properties are enumerations", enumerated)
	}
}

func checkLiterals(t *testing.T, p *odata.Parser, property contract.Property, member string) {
	t.Helper()
	short := strings.TrimPrefix(property.Type, "microsoft.")
	value := query.TextValue(member)
	for _, name := range []string{"", property.Type, short, strings.ToUpper(property.Type), strings.ToUpper(short)} {
		for _, content := range []string{member, strings.ToUpper(member), fmt.Sprint(property.Numbers[member])} {
			literal := name + "'" + content + "'"
			for text, want := range map[string]query.Filter{
				property.Name + " eq " + literal:                      query.Comparison{Property: property.Name, Operator: query.Equal, Value: value},
				literal + " ne " + property.Name:                      query.Comparison{Property: property.Name, Operator: query.NotEqual, Value: value},
				property.Name + " in (null, " + literal + ")":         query.In{Property: property.Name, Values: []query.Value{{}, value}},
				"false eq (" + property.Name + " eq " + literal + ")": query.Is{Of: query.Comparison{Property: property.Name, Operator: query.Equal, Value: value}},
			} {
				if got, err := p.Filter(text); err != nil || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
					t.Errorf("%s: %#v, %v", text, got, err)
				}
			}
			for _, operator := range []string{"gt", "ge", "lt", "le"} {
				if _, err := p.Filter(property.Name + " " + operator + " " + literal); err == nil || !strings.Contains(err.Error(), "has no order") {
					t.Errorf("%s %s: %v", operator, literal, err)
				}
			}
		}
	}
}
