package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"installstatus/api"
)

// lines reads rows that are JSON objects, each on a line of its own, or on several if only the first begins with {.
type lines struct {
	text     *bufio.Reader
	entities *api.EntityReader
	line     int // the number of lines read
	object   []byte
}

// Next implements rowReader.
func (l *lines) Next() (Row, error) {
	for {
		l.object = l.object[:0]
		line := l.line + 1
		if err := l.readLine(); err != nil {
			return Row{}, err
		}
		for {
			if next, _ := l.text.Peek(1); len(next) == 0 || next[0] == '{' {
				break
			}
			if err := l.readLine(); err != nil {
				return Row{}, err
			}
		}
		if len(bytes.TrimSpace(l.object)) > 0 {
			return rowOfObject(line, l.object, l.entities)
		}
	}
}

// pointer implements rowReader.
func (*lines) pointer() string { return "" }

// readLine adds the next line to the object.
func (l *lines) readLine() error {
	before := len(l.object)
	for {
		part, err := l.text.ReadSlice('\n')
		l.object = append(l.object, part...)
		switch {
		case len(l.object) > maxRow:
			return fmt.Errorf("line %d: an object that is longer than 1 MiB", l.line+1)
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil, errors.Is(err, io.EOF) && len(l.object) > before:
			l.line++
			return nil
		default:
			return err
		}
	}
}
