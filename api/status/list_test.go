package status_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"installstatus/api/query"
	"installstatus/api/status"
)

func TestAPageIsBoundedByTheBytesThatItHasInAnAnswer(t *testing.T) {
	for _, character := range []string{"x", `"`, `\`, "<", "\x01", "\n", "\x7f", "é", "漢", "\u2028", "…", "💾"} {
		row := status.Row{Status: status.New("id")}
		row.DeviceName = status.TextOf(strings.Repeat(character, 8192))
		row.UserName = row.DeviceName
		var page status.Page
		for page.Add(row, query.Query{Limit: 1 << 20}) {
		}
		var answer bytes.Buffer
		encoder := json.NewEncoder(&answer)
		encoder.SetEscapeHTML(false)
		for range page.Rows {
			if err := encoder.Encode([]string{row.ID, row.DeviceName.Value, row.UserName.Value, row.LastSyncDateTime.String(), fmt.Sprint(row.InstallState)}); err != nil {
				t.Fatal(err)
			}
		}
		if length, longest := answer.Len(), answer.Len()/len(page.Rows); length > query.MaxPage+longest || length < query.MaxPage/3 {
			t.Errorf("a full page of %q has %d bytes", character, length)
		}
	}
}
