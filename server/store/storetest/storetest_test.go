package storetest

import (
	"reflect"
	"testing"

	"installstatus/api/status"
	"installstatus/api/status/memory"
)

func TestMemoryKeepsTheRules(t *testing.T) {
	Run(t, Engine{
		New: func(*testing.T) func() (status.Store, error) {
			return func() (status.Store, error) { return &memory.Store{}, nil }
		},
		Forgets: true,
	})
}

func TestEveryPropertyOfAPatchIsTested(t *testing.T) {
	patch := reflect.ValueOf(everything(1))
	for i := range patch.NumField() {
		if !patch.Field(i).FieldByName("Given").Bool() {
			t.Errorf("no property sets %s", patch.Type().Field(i).Name)
		}
	}
}
