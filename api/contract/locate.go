package contract

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Position is a place in a text. Lines and columns count from 1, columns in characters.
type Position struct{ Line, Column int }

// positionAt returns the place of a byte of a text.
func positionAt(text []byte, offset int64) Position {
	before := text[:min(offset, int64(len(text)))]
	return Position{
		Line:   bytes.Count(before, []byte("\n")) + 1,
		Column: utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1,
	}
}

// Locate returns where in a body each of its violations is: at the name of a property that is unknown or occurs more than once,
// else at the value. The place of a value that the body lacks is the value that should contain it.
func (o *Operation) Locate(body []byte, violations []Violation) []Position {
	s := anything
	if o.body != nil {
		s = o.body.shape
	}
	l := locator{
		tokens: jsontext.NewDecoder(bytes.NewBuffer(bytes.Clone(body)), jsontext.AllowDuplicateNames(true)),
		wanted: make(map[string]bool), values: make(map[string][]int64), names: make(map[string][]occurrence),
	}
	for _, v := range violations {
		for target := v.Target; !l.wanted[target]; target = parentOf(target) {
			l.wanted[target] = true
		}
	}
	_ = l.value(s, "", 0, false) // a text that is not JSON has one violation only
	positions := make([]Position, len(violations))
	counts := make(map[[2]string]int) // violations so far, by code and target
	for i, v := range violations {
		key := [2]string{v.Code, v.Target}
		positions[i] = l.position(s, body, v, counts[key])
		counts[key]++
	}
	return positions
}

// locator finds the places that pointers name. Several places have the same pointer if a name occurs twice or is not shown whole.
type locator struct {
	tokens *jsontext.Decoder
	wanted map[string]bool         // the pointers to find, and those of the values around
	values map[string][]int64      // offsets of the values that count, by pointer
	names  map[string][]occurrence // of names, by pointer
}

// occurrence is a name of a property in the text.
type occurrence struct {
	offset   int64
	repeated bool // the object has the name before
}

// position returns the place of the violation that n others with its code and target precede.
func (l *locator) position(s *shape, body []byte, v Violation, n int) Position {
	if v.Code == invalidJSON {
		var syntax *SyntaxError
		d := newDecoder(body)
		if _, err := d.decode(body, s); errors.As(err, &syntax) {
			return syntax.Position
		}
	}
	var offsets []int64
	switch v.Code {
	case "DuplicateProperty":
		offsets = append(l.occurrences(v.Target, true), l.occurrences(v.Target, false)...)
	case "UnknownProperty", "NavigationProperty":
		offsets = l.occurrences(v.Target, false)
	default:
		offsets = l.values[v.Target]
	}
	for target := v.Target; len(offsets) == 0 && target != ""; {
		target = parentOf(target)
		offsets = l.values[target]
	}
	if len(offsets) == 0 {
		return Position{1, 1}
	}
	return positionAt(body, offsets[min(n, len(offsets)-1)])
}

func (l *locator) occurrences(pointer string, repeated bool) (offsets []int64) {
	for _, name := range l.names[pointer] {
		if name.repeated == repeated {
			offsets = append(offsets, name.offset)
		}
	}
	return offsets
}

// value reads a value. Its violations have the pointer; ignored means that it is in a repeated property, whose value does not count.
func (l *locator) value(s *shape, pointer string, depth int, ignored bool) error {
	switch kind := l.tokens.PeekKind(); {
	case (kind == '{' || kind == '[') && !s.asSent:
		if _, err := l.tokens.ReadToken(); err != nil {
			return err
		}
		l.found(pointer, l.tokens.InputOffset()-1, ignored)
		if kind == '{' {
			return l.object(s, pointer, depth, ignored)
		}
		return l.array(s, pointer, depth, ignored)
	default:
		text, err := l.tokens.ReadValue()
		if err == nil {
			l.found(pointer, l.tokens.InputOffset()-int64(len(text)), ignored)
		}
		return err
	}
}

func (l *locator) found(pointer string, offset int64, ignored bool) {
	if l.wanted[pointer] && !ignored {
		l.values[pointer] = append(l.values[pointer], offset)
	}
}

func (l *locator) object(s *shape, pointer string, depth int, ignored bool) error {
	seen := make(map[string]bool)
	for l.tokens.PeekKind() != '}' {
		quoted, err := l.tokens.ReadValue()
		if err != nil {
			return err
		}
		offset := l.tokens.InputOffset() - int64(len(quoted))
		unquoted, err := jsontext.AppendUnquote(nil, quoted)
		if err != nil {
			return err
		}
		name := string(unquoted)
		if written := childOf(pointer, name, depth); l.wanted[written] && (seen[name] || !ignored) {
			l.names[written] = append(l.names[written], occurrence{offset, seen[name]})
		}
		if err := l.value(s.of(name), childOf(pointer, s.spelled(name), depth), depth+1, ignored || seen[name]); err != nil {
			return err
		}
		seen[name] = true
	}
	_, err := l.tokens.ReadToken()
	return err
}

func (l *locator) array(s *shape, pointer string, depth int, ignored bool) error {
	for i := 0; l.tokens.PeekKind() != ']'; i++ {
		if err := l.value(s.item(), childOf(pointer, strconv.Itoa(i), depth), depth+1, ignored); err != nil {
			return err
		}
	}
	_, err := l.tokens.ReadToken()
	return err
}

// spelled returns the property that a name is another spelling of, or the name.
func (s *shape) spelled(name string) string {
	if is, ok := s.spellings[name]; ok {
		return is.name
	}
	return name
}

// childOf returns what pointerOf returns for a path with one more name. depth is the length of the path without it.
func childOf(pointer, name string, depth int) string {
	switch {
	case depth > maxDepth:
		return pointer
	case depth == maxDepth:
		return pointer + "/…"
	}
	return pointer + pointerOf([]string{name})
}

// parentOf returns the pointer of the value around the one that a pointer names, "" for the outermost.
func parentOf(pointer string) string { return pointer[:max(0, strings.LastIndexByte(pointer, '/'))] }
