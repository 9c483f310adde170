package bodies

// scan finds the end of a body. JSON that is not valid ends where the next body may begin: before a line that begins with a brace
// which cannot continue it, or with the line that closes more than was opened.
type scan struct {
	text
	inArray  bool
	open     []byte // the brackets that are open, as long as the text is not too long
	depth    int    // their number
	last     rune   // the last character that is not white space or in a string, 0 before the first
	inString bool
	escaped  bool
	newLine  bool // there was only white space since the last line feed
	broken   bool // the body ends with the line
}

// endsBefore reports whether the body ends before a character.
func (s *scan) endsBefore(c rune) bool {
	switch {
	case s.last == 0:
		return false
	case s.broken:
		return c == '\n'
	case s.inString:
		return c == '\n' && s.depth == 0
	case s.depth == 0: // a number, a literal, a string or no JSON
		return c == '\n' || s.inArray && (c == ',' || c == ']')
	case s.inArray && c == ']' && s.depth == 1 && s.top() == '{':
		return true
	case c == '{' && s.newLine:
		return !s.mayOpen()
	}
	return false
}

// top returns the innermost bracket that is open, 0 if that is not known.
func (s *scan) top() byte {
	if len(s.open) == 0 || s.tooLong {
		return 0
	}
	return s.open[len(s.open)-1]
}

// mayOpen reports whether an object may begin after the last character.
func (s *scan) mayOpen() bool {
	switch s.top() {
	case '{':
		return s.last == ':'
	case '[':
		return s.last == '[' || s.last == ','
	}
	return true
}

// endsWith reports whether the body ends with a character, which has been read.
func (s *scan) endsWith(c rune) bool {
	if s.tooLong {
		s.open = nil
	}
	if s.inString {
		s.inString = c != '\n' && (s.escaped || c != '"')
		s.escaped = s.inString && !s.escaped && c == '\\'
		s.newLine = c == '\n'
		return false
	}
	if isSpace(c) {
		s.newLine = s.newLine || c == '\n'
		return false
	}
	s.last, s.newLine = c, false
	switch c {
	case '"':
		s.inString = true
	case '{', '[':
		if s.depth == 0 && len(s.bytes) > 1 { // in the middle of something else
			return false
		}
		s.depth++
		if !s.tooLong {
			s.open = append(s.open, byte(c))
		}
	case '}', ']':
		return s.close(c)
	}
	return false
}

// close closes a bracket.
func (s *scan) close(c rune) bool {
	if s.depth == 0 {
		return false
	}
	if top := s.top(); top != 0 && (top == '{') != (c == '}') {
		s.broken = true
		return false
	}
	s.depth--
	s.open = s.open[:max(0, len(s.open)-1)]
	return s.depth == 0
}
