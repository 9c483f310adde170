package web

import (
	"slices"
	"testing"
)

func TestPropertiesFollowTheContract(t *testing.T) {
	properties, err := propertiesFile([]byte(`{"components": {"schemas": {
		"MobileAppInstallStatus": {"required": ["id", "serialNumber", "isSupervised"], "properties": {
			"@odata.type": {"type": "string", "x-order": 1},
			"id": {"type": "string", "x-order": 2},
			"isSupervised": {"type": "boolean", "x-order": 5},
			"ownership": {"allOf": [{"$ref": "#/components/schemas/Ownership"}], "x-order": 3},
			"serialNumber": {"$ref": "#/components/schemas/SerialNumber"}
		}},
		"MobileAppInstallStatusInput": {"properties": {
			"id": {"type": "string"}, "ownership": {}, "serialNumber": {}
		}},
		"Ownership": {"type": "string", "enum": ["company", "personal"]},
		"SerialNumber": {"type": "string", "nullable": true, "x-order": 4}
	}}}`))
	want := `[{"name":"ownership","type":"string","members":["company","personal"],"optional":true},` +
		`{"name":"serialNumber","type":"string","nullable":true},{"name":"isSupervised","type":"boolean","readOnly":true}]`
	if err != nil || string(properties) != want {
		t.Errorf("%s, %v, want %s", properties, err, want)
	}
	for _, contract := range []string{"", "{}", `{"components": []}`} {
		if properties, err := propertiesFile([]byte(contract)); err == nil {
			t.Errorf("the contract %q has the properties %s", contract, properties)
		}
	}
}

func TestEveryBuiltInFileHasAType(t *testing.T) {
	pages, err := New(nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for target, f := range pages.(site).files {
		if f.contentType == "" || !slices.Contains([]string{pagePolicy, docsPolicy}, f.policy) {
			t.Errorf("%s: type %q, policy %q", target, f.contentType, f.policy)
		}
	}
}
