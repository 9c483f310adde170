package transfer_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"installstatus/server/transfer"
)

// FuzzRows holds the reader to its bounds: whatever a file holds, it ends, and each row is taken or refused.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"\ufeffDeviceName,DeviceId,AppInstallState,HexErrorCode\nx,d,1,0x87D1041C\n", "a;b\n1;2\n", `{"id":"1","mobileAppId":"app","errorCode":7}`,
		`{"value":[{"id":"1"},{"id":2}]}`, `[{}]`, "PK\x03\x04", "\xff\xfea\x00", "{\n{}\n", "\"", "DeviceId\r\n\"a\nb\"\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := transfer.Spool(strings.NewReader(string(content)))
		if err != nil {
			return
		}
		defer file.Close()
		rows, err := file.Rows("app")
		if err != nil {
			return
		}
		defer rows.Close()
		for range len(content) + 2 {
			_, err := rows.Next()
			var refused *transfer.Refused
			if errors.Is(err, io.EOF) || err != nil && !errors.As(err, &refused) {
				return
			}
		}
		t.Error("more rows than bytes")
	})
}
