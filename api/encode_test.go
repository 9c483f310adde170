package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"installstatus/api/contract"
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/gen"
)

// TestTheTablesOfPropertiesAreTheContracts holds the tables in api/status to the contract: the names and their order, the types, which
// of them are nullable, and how long they may be.
func TestTheTablesOfPropertiesAreTheContracts(t *testing.T) {
	c, err := Contract()
	if err != nil {
		t.Fatal(err)
	}
	holdToContract(t, c, "MobileAppInstallStatus", deviceStatusJSON, new(gen.MobileAppInstallStatus), false)
	holdToContract(t, c, "UserAppInstallStatus", userStatusJSON, new(gen.UserAppInstallStatus), true)
	holdToContract(t, c, "MobileAppInstallSummary", summaryJSON, new(gen.MobileAppInstallSummary), true)
}

// holdToContract takes whether every answer with the type has only what $select names, and the id.
func holdToContract[E any](t *testing.T, c *contract.Contract, name string, encoder *encoder[E], model any, selected bool) {
	t.Helper()
	schema := c.Document.Components.Schemas[name].Value
	var order []string
	for _, p := range encoder.properties {
		order = append(order, p.Name)
		ref := schema.Properties[p.Name]
		if ref == nil {
			t.Errorf("%s has no property %s", name, p.Name)
			continue
		}
		always := p.Nullable || p.Value(new(E)).Kind != query.Null // an optional property is left out when it has no value
		if selected {
			always = p.Name == query.ID
		}
		if slices.Contains(schema.Required, p.Name) != always {
			t.Errorf("%s.%s is always answered: %t; the contract requires the opposite", name, p.Name, always)
		}
		if ref.Value.Nullable != p.Nullable {
			t.Errorf("%s.%s is nullable in the contract or in the table, not in both", name, p.Name)
		}
	}
	for property := range schema.Properties {
		if !strings.HasPrefix(property, "@") && !strings.Contains(strings.Join(order, " ")+" ", property+" ") {
			t.Errorf("the table of %s has no row for %s", name, property)
		}
	}

	properties, err := c.Properties(name)
	if err != nil {
		t.Fatal(err)
	}
	types := make(map[string]contract.Property)
	for _, p := range properties {
		types[p.Name] = p
	}
	entity := new(E)
	for _, p := range encoder.properties {
		want, longest := "Edm.String", 0
		if p.Name == query.ID {
			longest = status.MaxID
		}
		switch p.Field(entity).(type) {
		case *status.Text:
			longest = status.MaxText
		case *int32:
			want = "Edm.Int32"
		case *query.DateTime:
			want, longest = "Edm.DateTimeOffset", status.MaxText
		}
		of := types[p.Name]
		if of.Members == nil && of.Type != want || of.Members != nil && want != "Edm.String" {
			t.Errorf("%s.%s is of type %s in the contract, and a %T in the table", name, p.Name, of.Type, p.Field(entity))
		}
		if of.MaxLength != longest {
			t.Errorf("%s.%s has up to %d characters in the contract, and %d in Go", name, p.Name, of.MaxLength, longest)
		}
	}

	// The model is generated in the contract's order, and has every property.
	decoder := json.NewDecoder(bytes.NewReader(encoder.append(nil, entity, everything)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(model); err != nil {
		t.Errorf("the generated model of %s cannot hold what the table encodes: %v", name, err)
	}
}

// anyStatus draws statuses that the contract allows.
func anyStatus() *rapid.Generator[status.Status] {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.ReplaceAll(rapid.OneOf(rapid.String(), rapid.StringMatching(`[a<>&"\\é\x{2028}\x{2029}\x{7f}\n\x{1}]{0,4}`)).Draw(t, "text"), "\x00", "")
	})
	return rapid.Custom(func(t *rapid.T) status.Status {
		var patch status.Patch
		for _, p := range status.Properties {
			if p.Nullable && rapid.Bool().Draw(t, p.Name) {
				if err := patch.Set(p.Name, query.TextValue(text.Draw(t, "value"))); err != nil {
					t.Fatal(err)
				}
			}
		}
		s := patch.Apply(status.New("i" + text.Draw(t, "id")))
		s.ErrorCode = rapid.Int32().Draw(t, "errorCode")
		s.InstallState = status.InstallStateFailed
		s.InstallStateDetail = rapid.SampledFrom([]status.InstallStateDetail{"", "pendingReboot"}).Draw(t, "detail")
		return s
	})
}

// TestAnEntityIsEncodedAsItsModel compares the bytes with those of encoding/json, and holds them to the schema.
func TestAnEntityIsEncodedAsItsModel(t *testing.T) {
	c, err := Contract()
	if err != nil {
		t.Fatal(err)
	}
	schema := c.Document.Components.Schemas["MobileAppInstallStatus"].Value
	rapid.Check(t, func(t *rapid.T) {
		s := anyStatus().Draw(t, "status")
		got := deviceStatusJSON.append(nil, &s, everything)
		var model gen.MobileAppInstallStatus
		decoder := json.NewDecoder(bytes.NewReader(got))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&model); err != nil {
			t.Fatalf("%s: %v", got, err)
		}
		if want := encode(model); !bytes.Equal(got, want) {
			t.Fatalf("%s\nwant %s", got, want)
		}
		var decoded any
		if err := json.Unmarshal(got, &decoded); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(decoded); err != nil {
			t.Fatalf("%s: %v", got, err)
		}
	})
}

// TestASelectedEntityHasTheSelectedMembersAlone compares what is selected while encoding with what is selected afterwards.
func TestASelectedEntityHasTheSelectedMembersAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyStatus().Draw(t, "status")
		var names []string
		for _, p := range status.Properties {
			if rapid.Bool().Draw(t, p.Name) {
				names = append(names, p.Name)
			}
		}
		var whole, selected map[string]json.RawMessage
		if err := json.Unmarshal(deviceStatusJSON.append(nil, &s, everything), &whole); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(deviceStatusJSON.append(nil, &s, deviceStatusJSON.selection(names)), &selected); err != nil {
			t.Fatal(err)
		}
		want := map[string]json.RawMessage{"@odata.type": whole["@odata.type"], "id": whole["id"]}
		if names == nil {
			want = whole
		}
		for _, name := range names {
			if value, there := whole[name]; there {
				want[name] = value
			}
		}
		if fmt.Sprintf("%s", selected) != fmt.Sprintf("%s", want) {
			t.Fatalf("%s selected %s\nwant %s", names, selected, want)
		}
	})
}

func TestAStringIsEncodedAsByEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a<>&"\\é\x{2028}\x{2029}…\x{7f}\n\x{0}]{0,4}`),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		if got, want := appendString(nil, s), encode(s); !bytes.Equal(got, want) {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

// onePage is a store that always lists the same page.
type onePage struct {
	memory.Store
	page status.Page
}

func (s *onePage) List(context.Context, string, status.Query) (status.Page, error) {
	return s.page, nil
}

// BenchmarkPage answers a list of 1,000 rows in process, whole and with $select.
func BenchmarkPage(b *testing.B) {
	store := new(onePage)
	for i := range 1000 {
		s := status.New(fmt.Sprintf("7560ee45-ee45-7560-45ee-60754%07d", i))
		for _, p := range []*status.Text{&s.DeviceName, &s.DeviceID, &s.OSVersion, &s.OSDescription, &s.UserName, &s.UserPrincipalName, &s.DisplayVersion} {
			*p = status.TextOf("Some Text value")
		}
		store.page.Add(status.Row{Status: s}, query.Query{Limit: 1000})
	}
	caller := Caller{Tenant: "tenant", Scopes: []string{"DeviceManagementApps.Read.All"}}
	handler, err := New(store, Options{Authenticate: func(*http.Request) (Caller, error) { return caller, nil }})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, selects string }{{"whole", ""}, {"selected", "&$select=deviceName,installState"}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/beta/deviceAppManagement/mobileApps/app/deviceStatuses?$top=1000"+c.selects, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

func BenchmarkEntity(b *testing.B) {
	s := status.New("7560ee45-ee45-7560-45ee-607545ee6075")
	for _, p := range []*status.Text{&s.DeviceName, &s.DeviceID, &s.OSVersion, &s.OSDescription, &s.UserName, &s.UserPrincipalName, &s.DisplayVersion} {
		*p = status.TextOf("Some Text value")
	}
	to := make([]byte, 0, 1024)
	for name, selected := range map[string]selection{"whole": everything, "selected": deviceStatusJSON.selection([]string{"deviceName", "installState"})} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				deviceStatusJSON.append(to, &s, selected)
			}
		})
	}
}
