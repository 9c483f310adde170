package transfer

import (
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"golang.org/x/text/transform"
	"pgregory.net/rapid"
)

// unitsOf encodes a text in UTF-16 with a byte order mark.
func unitsOf(text string, order binary.AppendByteOrder) []byte {
	encoded := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = order.AppendUint16(encoded, unit)
	}
	return encoded
}

func TestInvalidUTF16IsRefusedLikeInvalidUTF8(t *testing.T) {
	const high, low, cut = "\x3d\xd8", "\x00\xde", "n"
	for _, c := range []struct{ rule, before, broken, after, want string }{
		{"CSV is cut in a code unit", "DeviceId,DeviceName\nd1,a\nd2,b", cut, "", "line 3: DeviceName: not UTF-8; save the file as CSV UTF-8"},
		{"CSV has only the first half of a pair", "DeviceId,DeviceName\nd1,", high, "\nd2,b\n", "line 2: DeviceName: not UTF-8; save the file as CSV UTF-8"},
		{"CSV has only the second half", "DeviceId,DeviceName\nd1,", low, "\nd2,b\n", "line 2: DeviceName: not UTF-8; save the file as CSV UTF-8"},
		{"CSV ends with the first half", "DeviceId,DeviceName\nd0,a\nd1,", high, "", "line 3: DeviceName: not UTF-8; save the file as CSV UTF-8"},
		{"CSV is cut in the first half", "DeviceId,DeviceName\nd0,a\nd1,", high + cut, "", "line 3: DeviceName: not UTF-8; save the file as CSV UTF-8"},
		{"NDJSON has a half", "{\"id\":\"a\"}\n{\"id\":\"", high, "\"}", "line 2: column 8: the text is not valid UTF-8"},
		{"an array has a half", "[{\"id\":\"a\"},\n{\"id\":\"", low, "\"}]", "line 2: /1: column 8: the text is not valid UTF-8"},
	} {
		text := string(unitsOf(c.before, binary.LittleEndian)) + c.broken + string(unitsOf(c.after, binary.LittleEndian)[2:])
		rows, refused, err := all(text, "app")
		if len(rows) != 1 || !slices.Equal(refused, []string{c.want}) || err != nil {
			t.Errorf("%s: %d rows, %q, %v; want one, and %s", c.rule, len(rows), refused, err, c.want)
		}
	}
}

func TestUTF16IsReadInEitherByteOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "text") + rapid.SampledFrom([]string{"", "\ufffd", "😀"}).Draw(t, "end")
		for _, order := range []interface {
			binary.ByteOrder
			binary.AppendByteOrder
		}{binary.LittleEndian, binary.BigEndian} {
			from := iotest.OneByteReader(strings.NewReader(string(unitsOf(want, order)[2:])))
			if got, err := io.ReadAll(transform.NewReader(from, fromUTF16{order: order})); string(got) != want || err != nil {
				t.Fatalf("%q is read as %q, %v", want, got, err)
			}
		}
	})
}
