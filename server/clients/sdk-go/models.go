package main

import (
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoft/kiota-abstractions-go/store"
)

// The models here are as kiota writes them, with the properties that this program needs.

// status is a mobileAppInstallStatus. Its properties are in a backing store, which knows those that were changed.
type status struct{ properties store.BackingStore }

func newStatus() *status { return &status{store.BackingStoreFactoryInstance()} }

func createStatus(serialization.ParseNode) (serialization.Parsable, error) { return newStatus(), nil }

// GetBackingStore implements store.BackedModel.
func (s *status) GetBackingStore() store.BackingStore { return s.properties }

func (s *status) set(property string, value any) { must(s.properties.Set(property, value)) }

func get[T any](s *status, property string) *T {
	value, err := s.properties.Get(property)
	must(err)
	typed, _ := value.(*T)
	return typed
}

func (s *status) id() *string                  { return get[string](s, "id") }
func (s *status) errorCode() *int32            { return get[int32](s, "errorCode") }
func (s *status) osDescription() *string       { return get[string](s, "osDescription") }
func (s *status) lastSyncDateTime() *time.Time { return get[time.Time](s, "lastSyncDateTime") }

// Serialize implements serialization.Parsable.
func (s *status) Serialize(w serialization.SerializationWriter) error {
	must(w.WriteStringValue("deviceNames", get[string](s, "deviceNames"))) // which is a mistake
	must(w.WriteInt32Value("errorCode", s.errorCode()))
	must(w.WriteStringValue("osDescription", s.osDescription()))
	return w.WriteTimeValue("lastSyncDateTime", s.lastSyncDateTime())
}

// GetFieldDeserializers implements serialization.Parsable.
func (s *status) GetFieldDeserializers() map[string]func(serialization.ParseNode) error {
	return map[string]func(serialization.ParseNode) error{
		"id":               field(s, "id", serialization.ParseNode.GetStringValue),
		"errorCode":        field(s, "errorCode", serialization.ParseNode.GetInt32Value),
		"osDescription":    field(s, "osDescription", serialization.ParseNode.GetStringValue),
		"lastSyncDateTime": field(s, "lastSyncDateTime", serialization.ParseNode.GetTimeValue),
	}
}

func field[T any](s *status, property string, read func(serialization.ParseNode) (*T, error)) func(serialization.ParseNode) error {
	return func(node serialization.ParseNode) error {
		value, err := read(node)
		if err == nil && value != nil {
			s.set(property, value)
		}
		return err
	}
}

// page is a page of a list.
type page struct {
	next  *string
	value []*status
}

func createPage(serialization.ParseNode) (serialization.Parsable, error) { return new(page), nil }

// GetOdataNextLink and GetValue are what PageIterator asks for.
func (p *page) GetOdataNextLink() *string { return p.next }
func (p *page) GetValue() []*status       { return p.value }

// Serialize implements serialization.Parsable.
func (p *page) Serialize(serialization.SerializationWriter) error { return nil }

// GetFieldDeserializers implements serialization.Parsable.
func (p *page) GetFieldDeserializers() map[string]func(serialization.ParseNode) error {
	return map[string]func(serialization.ParseNode) error{
		"@odata.nextLink": func(node serialization.ParseNode) (err error) {
			p.next, err = node.GetStringValue()
			return err
		},
		"value": func(node serialization.ParseNode) error {
			values, err := node.GetCollectionOfObjectValues(createStatus)
			for _, value := range values {
				p.value = append(p.value, value.(*status))
			}
			return err
		},
	}
}

// odataError is the error object.
type odataError struct {
	kiota.ApiError
	body map[string]any
}

func createError(serialization.ParseNode) (serialization.Parsable, error) {
	return &odataError{ApiError: *kiota.NewApiError()}, nil
}

// Serialize implements serialization.Parsable.
func (e *odataError) Serialize(serialization.SerializationWriter) error { return nil }

// GetFieldDeserializers implements serialization.Parsable.
func (e *odataError) GetFieldDeserializers() map[string]func(serialization.ParseNode) error {
	return map[string]func(serialization.ParseNode) error{"error": func(node serialization.ParseNode) error {
		value, err := node.GetRawValue()
		e.body, _ = value.(map[string]any)
		return err
	}}
}

func (e *odataError) code() string { return text(e.body["code"]) }

func (e *odataError) requestID() string {
	inner, _ := e.body["innerError"].(map[string]any)
	return text(inner["request-id"])
}

// detail is the target of the first of the details.
func (e *odataError) detail() string {
	details, _ := e.body["details"].([]any)
	if len(details) == 0 {
		return ""
	}
	first, _ := details[0].(map[string]any)
	return text(first["target"])
}

func text(value any) string {
	if s, isPointer := value.(*string); isPointer && s != nil {
		return *s
	}
	s, _ := value.(string)
	return s
}
