package sqlite

import (
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

func TestTheStatementCacheIsBoundedAndHasNoLongStatement(t *testing.T) {
	store := openTest(t, InMemory)
	for more := range 2 * maxOthers {
		values := 1 + more
		if more%16 == 0 {
			values += maxOther / 8 // the statement is too long to be kept
		}
		filter := query.In{Property: "errorCode", Values: make([]query.Value, values)}
		if _, err := store.List(t.Context(), "tenant", status.Query{App: "app", Query: query.Query{Limit: 1, Filter: filter}}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := store.readers.borrow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer store.readers.giveBack(c)
	bytes, longest := 0, 0
	for text := range c.others {
		bytes += len(text)
		longest = max(longest, len(text))
	}
	if len(c.others) < 10 || len(c.others) > maxOthers || bytes != c.othersText || bytes > maxOthersText || longest > maxOther {
		t.Errorf("the cache has %d statements of %d bytes, the longest of %d bytes, and counts %d bytes", len(c.others), bytes, longest, c.othersText)
	}
}
