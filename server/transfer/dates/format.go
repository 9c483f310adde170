package dates

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Format says how a program writes dates. The zero Format reads none.
type Format struct {
	text   string
	tokens []token
}

// token is a part of a format.
type token struct {
	part    part
	least   int // digits
	most    int
	literal string
}

// part is what a token stands for.
type part int

const (
	literal part = iota // this text
	space               // one or more blanks of any kind
	year
	shortYear // of this century
	month
	day
	hour
	hourOf12
	minute
	second
	fraction
	half // AM or PM
	offset
)

const manyDigits = 100 // of a fraction

// spellings are the tokens. Those of .NET count too, as Windows shows them in its settings.
var spellings = []struct {
	texts []string
	token token
}{
	{[]string{"YYYY", "yyyy"}, token{part: year, least: 4, most: 4}},
	{[]string{"YY", "yy"}, token{part: shortYear, least: 2, most: 2}},
	{[]string{"MM"}, token{part: month, least: 2, most: 2}},
	{[]string{"M"}, token{part: month, least: 1, most: 2}},
	{[]string{"DD", "dd"}, token{part: day, least: 2, most: 2}},
	{[]string{"D", "d"}, token{part: day, least: 1, most: 2}},
	{[]string{"HH"}, token{part: hour, least: 2, most: 2}},
	{[]string{"H"}, token{part: hour, least: 1, most: 2}},
	{[]string{"hh"}, token{part: hourOf12, least: 2, most: 2}},
	{[]string{"h"}, token{part: hourOf12, least: 1, most: 2}},
	{[]string{"mm"}, token{part: minute, least: 2, most: 2}},
	{[]string{"m"}, token{part: minute, least: 1, most: 2}},
	{[]string{"ss"}, token{part: second, least: 2, most: 2}},
	{[]string{"s"}, token{part: second, least: 1, most: 2}},
	{[]string{"AM/PM", "am/pm", "A", "a", "tt"}, token{part: half}},
	{[]string{"Z", "ZZ", "K", "zzz"}, token{part: offset}},
	{[]string{"T"}, token{part: literal, literal: "T"}},
}

// Tokens describes the tokens of a format in one line.
const Tokens = "YYYY or YY, MM or M, DD or D, HH or H (hh or h with A), mm or m, ss or s, S for the fraction, Z for a zone"

// ParseFormat parses a format such as DD.MM.YYYY HH:mm. Text in single quotes or brackets stands for itself, as does all else
// that is not a letter or a digit.
func ParseFormat(text string) (Format, error) {
	f := Format{text: text}
	for rest := text; rest != ""; {
		next, size, err := firstToken(rest)
		if err != nil {
			return Format{}, err
		}
		f.tokens = append(f.tokens, next)
		rest = rest[size:]
	}
	return f, f.check()
}

// firstToken returns the token that a format begins with, and its size.
func firstToken(text string) (token, int, error) {
	char, size := utf8.DecodeRuneInString(text)
	switch {
	case strings.HasPrefix(strings.ToUpper(text[:min(len(text), 5)]), "AM/PM"):
		return token{part: half}, len("AM/PM"), nil
	case char == '\'' || char == '[':
		return quoted(text)
	case unicode.IsSpace(char):
		return token{part: space}, len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace)), nil
	case unicode.IsDigit(char) || char == '%':
		return token{}, 0, errors.New("write tokens in place of numbers: " + Tokens)
	case !unicode.IsLetter(char):
		return token{part: literal, literal: text[:size]}, size, nil
	}
	run := text[:len(text)-len(strings.TrimLeft(text, text[:size]))]
	if char == 'S' || char == 'f' || char == 'F' {
		return token{part: fraction, least: 1, most: manyDigits}, len(run), nil
	}
	for _, s := range spellings {
		for _, spelling := range s.texts {
			if run == spelling {
				return s.token, len(run), nil
			}
		}
	}
	return token{}, 0, fmt.Errorf("%q is not a token; use %s, and put other letters into single quotes", run, Tokens)
}

// quoted returns the literal text in quotes that a format begins with.
func quoted(text string) (token, int, error) {
	closing := map[byte]string{'\'': "'", '[': "]"}[text[0]]
	inside, _, closed := strings.Cut(text[1:], closing)
	if !closed {
		return token{}, 0, fmt.Errorf("the %c is not closed", text[0])
	}
	return token{part: literal, literal: inside}, len(inside) + 2, nil
}

// check refuses a format that does not name an instant, or that could be read in two ways.
func (f Format) check() error {
	var count [offset + 1]int
	for i, t := range f.tokens {
		count[t.part]++
		if t.part >= year && count[t.part] > 1 {
			return errors.New("it has the same token twice")
		}
		if i > 0 && f.tokens[i-1].least < f.tokens[i-1].most && t.most > 0 {
			return errors.New("a token of one or two digits is followed by another number; write DD, MM, HH, mm or ss")
		}
	}
	hours, twelve := count[hour]+count[hourOf12], count[hourOf12]
	switch {
	case count[year]+count[shortYear] != 1 || count[month] == 0 || count[day] == 0:
		return errors.New("it needs a year, a month and a day: YYYY or YY, MM or M, DD or D")
	case hours > 1 || count[half] != twelve:
		return errors.New("it needs HH or H for hours from 0 to 23, or hh or h with A for AM and PM")
	case count[minute] > hours || count[second] > count[minute] || count[fraction] > count[second]:
		return errors.New("minutes need hours, seconds need minutes, and a fraction needs seconds; MM is the month, mm the minute")
	}
	return nil
}

// isLikeIntunes reports whether a date of Intune could be read in this format with day and month exchanged.
func (f Format) isLikeIntunes() bool {
	var order []part
	for _, t := range f.tokens {
		if t.part == year || t.part == month || t.part == day {
			order = append(order, t.part)
		}
	}
	return slices.Equal(order, []part{year, day, month})
}
