package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"

	"installstatus/server/transfer/csv"
)

// separators are those that a header may have without a line sep=. Excel writes semicolons in some countries, and tabs in its
// format Unicode Text.
const separators = ",;\t|"

// newRecords returns a reader of CSV at its header. It skips what programs write before: lines of nothing but separators, sep=;
// for Excel, and #TYPE of Windows PowerShell's Export-Csv.
func newRecords(text *bufio.Reader) (*csv.Reader, error) {
	records := csv.NewReader(text)
	var given byte
	for {
		line := firstLine(text)
		switch named, is := namedSeparator(line); {
		case len(line) == 0:
			return nil, errors.New("no header")
		case is && !csv.IsSeparator(named):
			return nil, fmt.Errorf("line %d: sep= names no separator; it may be any ASCII character but a letter, a digit or a quote", records.Line()+1)
		case is:
			given = named
		case len(bytes.Trim(line, separators+"\" \r\n\v\f")) > 0 && !bytes.HasPrefix(line, []byte("#TYPE ")):
			if given == 0 {
				given = separatorOf(line)
			}
			records.Separator = given
			return records, nil
		}
		if err := records.SkipLine(); err != nil {
			return nil, err
		}
	}
}

// namedSeparator returns what follows sep= in a line, or a line feed if nothing does.
func namedSeparator(line []byte) (separator byte, is bool) {
	const start = "sep="
	line = bytes.TrimLeft(line, "\" ")
	switch {
	case len(line) < len(start) || !strings.EqualFold(string(line[:len(start)]), start):
		return 0, false
	case len(line) == len(start):
		return '\n', true
	}
	return line[len(start)], true
}

// firstLine returns as much of the next line as is buffered, at least up to headSize.
func firstLine(text *bufio.Reader) []byte {
	head, _ := text.Peek(text.Buffered())
	if !bytes.Contains(head, []byte("\n")) {
		head, _ = text.Peek(headSize)
	}
	if end := bytes.IndexByte(head, '\n'); end >= 0 {
		return head[:end+1]
	}
	return head
}

// separatorOf returns the separator that is most frequent in a line, outside of quotes.
func separatorOf(line []byte) byte {
	var count [len(separators)]int
	quoted := false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		} else if i := strings.IndexByte(separators, c); i >= 0 && !quoted {
			count[i]++
		}
	}
	most := 0
	for i := range count {
		if count[i] > count[most] {
			most = i
		}
	}
	return separators[most]
}
