package storetest

import (
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/api/status/memory"
)

func TestMemoryFollowsTheRules(t *testing.T) {
	Run(t, Engine{
		New: func(*testing.T) func() (status.Store, error) {
			return func() (status.Store, error) { return &memory.Store{}, nil }
		},
		Forgets: true,
	})
}

// The rules prove nothing unless the values that they set differ from each other and from the default.
func TestValuesOfEveryPropertyDiffer(t *testing.T) {
	for _, p := range status.Properties {
		if p.Name == query.ID {
			continue
		}
		values := map[query.Value]bool{}
		fresh := status.New("id")
		values[p.Value(&fresh)] = true
		for n := range 3 {
			patched := everything(n + 1).Apply(fresh)
			values[p.Value(&patched)] = true
		}
		if len(values) != 4 {
			t.Errorf("%s has the values %v, want 4 different ones", p.Name, values)
		}
	}
}
