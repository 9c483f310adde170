package postgres

import (
	"testing"

	"installstatus/api/status"
	"installstatus/server/store/postgres/postgrestest"
	"installstatus/server/store/storetest"
)

func TestStoreKeepsTheRules(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		New: func(t *testing.T) func() (status.Store, error) {
			address := postgrestest.New(t)
			return func() (status.Store, error) { return Open(t.Context(), address) }
		},
	})
}
