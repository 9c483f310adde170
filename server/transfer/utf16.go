package transfer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// inUTF8 returns a text in UTF-8 that is in UTF-8 or UTF-16, without its byte order mark. Excel and Windows PowerShell write UTF-16
// with one. Without one, a zero beside the first character, which is of ASCII in every format, tells the order.
func inUTF8(text *bufio.Reader) *bufio.Reader {
	start, _ := text.Peek(3)
	var order binary.ByteOrder
	mark := 0
	switch {
	case bytes.Equal(start, []byte("\xef\xbb\xbf")):
		mark = len(start)
	case bytes.HasPrefix(start, []byte("\xff\xfe")):
		mark, order = 2, binary.LittleEndian
	case bytes.HasPrefix(start, []byte("\xfe\xff")):
		mark, order = 2, binary.BigEndian
	case len(start) > 1 && start[0] != 0 && start[1] == 0:
		order = binary.LittleEndian
	case len(start) > 1 && start[0] == 0 && start[1] != 0:
		order = binary.BigEndian
	}
	_, _ = text.Discard(mark) // cannot fail, they are buffered
	if order == nil {
		return text
	}
	return bufio.NewReaderSize(transform.NewReader(text, fromUTF16{order: order}), headSize)
}

// fromUTF16 converts UTF-16 to UTF-8. Half a surrogate pair, or half a code unit at the end of the file, becomes a byte that is
// not valid UTF-8, so that its row is refused. The decoder of x/text writes U+FFFD instead, as if the file contained it.
type fromUTF16 struct {
	transform.NopResetter
	order binary.ByteOrder
}

// Transform implements transform.Transformer.
func (f fromUTF16) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	const longest = 4 // bytes of a character, in either encoding
	for nSrc < len(src) {
		switch {
		case len(dst)-nDst < longest:
			return nDst, nSrc, transform.ErrShortDst
		case len(src)-nSrc < longest && !atEOF:
			return nDst, nSrc, transform.ErrShortSrc
		}
		encoded, size := f.appendFirst(dst[:nDst], src[nSrc:])
		nDst, nSrc = len(encoded), nSrc+size
	}
	return nDst, nSrc, nil
}

// appendFirst appends the first character of text to to, and returns its size in text.
func (f fromUTF16) appendFirst(to, text []byte) (encoded []byte, size int) {
	const notUTF8 = 0xff
	if len(text) < 2 {
		return append(to, notUTF8), len(text)
	}
	unit := rune(f.order.Uint16(text))
	if !utf16.IsSurrogate(unit) {
		return utf8.AppendRune(to, unit), 2
	}
	if len(text) >= 4 {
		if char := utf16.DecodeRune(unit, rune(f.order.Uint16(text[2:]))); char != utf8.RuneError {
			return utf8.AppendRune(to, char), 4
		}
	}
	return append(to, notUTF8), 2
}
