package contract_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"installstatus/api/contract"
	"installstatus/gen"
)

func TestPropertiesReturnsTypesAndLengths(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	c, err := contract.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	for schema, want := range map[string][]string{
		"UserAppInstallStatus":   {"failedDeviceCount Edm.Int32 0 0", "id Edm.String 0 1024", "installedDeviceCount Edm.Int32 0 0", "notInstalledDeviceCount Edm.Int32 0 0", "userName Edm.String 0 8192", "userPrincipalName Edm.String 0 8192"},
		"MobileAppInstallStatus": {"errorCode Edm.Int32 0 0", "lastSyncDateTime Edm.DateTimeOffset 0 8192", "installState microsoft.graph.resultantAppState 7 0"},
	} {
		properties, err := c.Properties(schema)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range properties {
			got = append(got, fmt.Sprint(p.Name, " ", p.Type, " ", len(p.Members), " ", p.MaxLength))
		}
		for _, one := range want {
			if !slices.Contains(got, one) {
				t.Errorf("%s: %q is not among the properties %q", schema, one, got)
			}
		}
		if slices.ContainsFunc(properties, func(p contract.Property) bool { return p.Name == "@odata.type" }) {
			t.Errorf("%s: the annotation @odata.type is among the properties", schema)
		}
	}
	for _, schema := range []string{"Nothing", "ResultantAppState"} {
		if _, err := c.Properties(schema); err == nil {
			t.Errorf("%s: no error", schema)
		}
	}
}

// Numbers are in the extension that the server reads, and in the description that people read.
func TestEveryMemberOfAnEnumerationHasANumberInItsDescription(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	c, err := contract.New(doc)
	if err != nil {
		t.Fatal(err)
	}
	properties, err := c.Properties("MobileAppInstallStatus")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, p := range properties {
		for _, member := range p.Members {
			number, there := p.Numbers[member]
			name := strings.TrimPrefix(p.Type, "microsoft.graph.")
			schema := doc.Components.Schemas[strings.ToUpper(name[:1])+name[1:]].Value
			description := strings.Join(strings.Fields(schema.Description), " ")
			if !there || !strings.Contains(description, fmt.Sprintf("`%s` %d", member, number)) {
				t.Errorf("%s: %s has no number, or the description has another one", p.Name, member)
			}
			found++
		}
	}
	if found != 7+7+36 {
		t.Errorf("%d members", found)
	}
}
