package query

import (
	"errors"
	"time"
)

// DateTime is an Edm.DateTimeOffset: an instant, and the text that its sender wrote. The zero DateTime is not an
// instant; use ParseDateTime to make one.
type DateTime struct {
	text    string
	instant string
}

// instantLayout is UTC, to the nanosecond, in a fixed width, so that instants sort as text.
const instantLayout = "2006-01-02T15:04:05.000000000Z"

// InstantLength is the length in bytes of every DateTime.Instant.
const InstantLength = len(instantLayout)

// ErrDateTime is returned for text that is not a DateTime. It does not repeat the text.
var ErrDateTime = errors.New("not an RFC 3339 date and time with a zone, within the years 0001 to 9999 in UTC")

// ParseDateTime parses strict RFC 3339: capital T and Z, a zone (Z, or an offset up to ±23:59), seconds 00 to 59, and any
// number of fraction digits. In UTC the instant must be within the years 0001 to 9999. Rule 13.
func ParseDateTime(text string) (DateTime, error) {
	t, err := instantOf(text)
	if err != nil {
		return DateTime{}, err
	}
	return DateTime{text: text, instant: t.Format(instantLayout)}, nil
}

// CheckDateTime returns the error of ParseDateTime.
func CheckDateTime(text string) error {
	_, err := instantOf(text)
	return err
}

func instantOf(text string) (time.Time, error) {
	if !hasDateTimeShape(text) {
		return time.Time{}, ErrDateTime
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, ErrDateTime
	}
	t = t.UTC()
	if year := t.Year(); year < 1 || year > 9999 {
		return time.Time{}, ErrDateTime
	}
	return t, nil
}

// hasDateTimeShape rejects what time.Parse tolerates: a comma before the fraction, an hour of one digit, an offset out of
// range.
func hasDateTimeShape(text string) bool {
	const shape = "dddd-dd-ddTdd:dd:dd"
	if len(text) <= len(shape) || !matches(text[:len(shape)], shape) {
		return false
	}
	zone := text[len(shape):]
	if zone[0] == '.' {
		digits := 1
		for digits < len(zone) && isDigit(zone[digits]) {
			digits++
		}
		if digits == 1 {
			return false
		}
		zone = zone[digits:]
	}
	if zone == "Z" {
		return true
	}
	return (matches(zone, "+dd:dd") || matches(zone, "-dd:dd")) && zone[1:3] <= "23" && zone[4:6] <= "59"
}

// matches reports whether text has the given shape. A d in the shape matches a digit, any other byte itself.
func matches(text, shape string) bool {
	if len(text) != len(shape) {
		return false
	}
	for i := range len(shape) {
		if shape[i] == 'd' && !isDigit(text[i]) || shape[i] != 'd' && shape[i] != text[i] {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// Stored returns the DateTime whose two texts an engine has kept.
func Stored(text, instant string) DateTime { return DateTime{text: text, instant: instant} }

// String returns the text as it was sent.
func (d DateTime) String() string { return d.text }

// Instant returns the instant in UTC, to the nanosecond, as text that sorts by time. Further digits are cut off.
func (d DateTime) Instant() string { return d.instant }
