package transfer

import (
	"testing"

	"installstatus/gen"
)

func TestEveryPropertyOfTheContractIsAColumn(t *testing.T) {
	doc, err := gen.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	for name := range doc.Components.Schemas["MobileAppInstallStatus"].Value.Properties {
		if name != "@odata.type" && columnNamed(name) == nil {
			t.Errorf("an export as CSV leaves out %s", name)
		}
	}
}
