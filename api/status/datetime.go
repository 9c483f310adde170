package status

import (
	"errors"
	"time"
)

// DateTime is an Edm.DateTimeOffset: an instant, and the text by which its sender wrote it. The zero DateTime is no
// instant; make one with ParseDateTime.
type DateTime struct {
	text    string
	instant string
}

// NeverSynced is the lastSyncDateTime of a status that was created without one.
var NeverSynced = DateTime{text: "0001-01-01T00:00:00Z", instant: "0001-01-01T00:00:00.000000000Z"}

// instantLayout sorts as text in the order of time: UTC, to the nanosecond, of one width.
const instantLayout = "2006-01-02T15:04:05.000000000Z"

// ErrDateTime says that a text is no DateTime; it does not repeat the text.
var ErrDateTime = errors.New("not an RFC 3339 date and time with a zone, within the years 0001 to 9999 in UTC")

// ParseDateTime reads RFC 3339 in its strict form: capital T and Z, a zone (Z, or an offset up to ±23:59), seconds 00
// to 59, any number of fraction digits. The instant, taken to UTC, must lie within the years 0001 to 9999.
func ParseDateTime(text string) (DateTime, error) {
	t, err := instantOf(text)
	if err != nil {
		return DateTime{}, err
	}
	return DateTime{text: text, instant: t.Format(instantLayout)}, nil
}

// CheckDateTime is the error of ParseDateTime.
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

// hasDateTimeShape closes what time.Parse is lenient about: a comma before the fraction, an hour of one digit, an
// offset out of range.
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

// matches reports whether text has the given shape, in which a d stands for a digit.
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

// Stored is a DateTime read back from an engine that kept the two texts of one.
func Stored(text, instant string) DateTime { return DateTime{text: text, instant: instant} }

// String is the text as it was sent.
func (d DateTime) String() string { return d.text }

// Instant is the instant as text that sorts by time: UTC, to the nanosecond (further digits are cut), always 30
// characters long.
func (d DateTime) Instant() string { return d.instant }
