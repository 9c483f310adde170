package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// lines reads rows that are JSON objects, each on one or more lines. A line begins a new object if it starts with {. If blanks
// come before the {, it begins a new object unless the text before it must be followed by a value.
type lines struct {
	text    *bufio.Reader
	objects *objects
	line    int // number of lines read
	object  []byte
}

// next implements formatReader.
func (l *lines) next() (Row, error) {
	for {
		l.object = l.object[:0]
		line := l.line + 1
		if err := l.readLine(); err != nil {
			return Row{}, err
		}
		for !l.isWhole() {
			if err := l.readLine(); err != nil {
				return Row{}, err
			}
		}
		if len(bytes.TrimSpace(l.object)) > 0 {
			return l.objects.row(line, l.object)
		}
	}
}

// pointer implements formatReader.
func (*lines) pointer() string { return "" }

// note implements formatReader.
func (*lines) note(*notes) {}

// isWhole reports whether the object ends before the next line.
func (l *lines) isWhole() bool {
	for blanks := 0; ; blanks++ {
		next, err := l.text.Peek(blanks + 1)
		if err != nil {
			return len(next) == 0 // end of file
		}
		switch next[blanks] {
		case ' ', '\t':
		case '{':
			before := bytes.TrimSpace(l.object)
			return blanks == 0 || len(before) == 0 || !bytes.ContainsRune([]byte(",:["), rune(before[len(before)-1]))
		default:
			return false
		}
	}
}

// readLine appends the next line to the object.
func (l *lines) readLine() error {
	before := len(l.object)
	for {
		part, err := l.text.ReadSlice('\n')
		l.object = append(l.object, part...)
		switch {
		case len(l.object) > maxRow:
			return fmt.Errorf("line %d: the object is longer than 1 MiB", l.line+1)
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil, errors.Is(err, io.EOF) && len(l.object) > before:
			l.line++
			return nil
		default:
			return err
		}
	}
}
