package dates

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// clock is a date and time as a clock on a wall shows it.
type clock struct {
	parts  [offset + 1]int
	pm     bool
	digits string         // of the fraction
	zone   *time.Location // nil if the text has none
}

// read reads a text. It returns false if the text is not in the format, else a reason if there is no such time.
func (f Format) read(text string) (c clock, reason string, ok bool) {
	if len(f.tokens) == 0 {
		return c, "", false
	}
	rest := strings.TrimFunc(text, unicode.IsSpace)
	for _, t := range f.tokens {
		if rest, ok = c.take(t, rest); !ok {
			return c, "", false
		}
	}
	if rest != "" {
		return c, "", false
	}
	return c, c.check(f), true
}

// take reads a token from the start of a text, and returns the rest.
func (c *clock) take(t token, text string) (rest string, ok bool) {
	switch t.part {
	case literal:
		return strings.CutPrefix(text, t.literal)
	case space:
		rest = strings.TrimLeftFunc(text, unicode.IsSpace)
		return rest, len(rest) < len(text)
	case half:
		return c.takeHalf(text)
	case offset:
		return c.takeOffset(text)
	default:
		return c.takeNumber(t, text)
	}
}

func (c *clock) takeNumber(t token, text string) (rest string, ok bool) {
	n := 0
	for n < len(text) && n < t.most && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	if n < t.least {
		return text, false
	}
	value, _ := strconv.Atoi(text[:min(n, 4)])
	switch t.part {
	case fraction:
		c.digits = text[:n]
	case shortYear:
		c.parts[year] = 2000 + value
	default:
		c.parts[t.part] = value
	}
	return text[n:], true
}

func (c *clock) takeHalf(text string) (rest string, ok bool) {
	for _, spelling := range []string{"am", "pm", "a.m.", "p.m."} {
		if len(text) >= len(spelling) && strings.EqualFold(text[:len(spelling)], spelling) {
			c.pm = spelling[0] == 'p'
			return text[len(spelling):], true
		}
	}
	return text, false
}

func (c *clock) takeOffset(text string) (rest string, ok bool) {
	if rest, ok := strings.CutPrefix(text, "Z"); ok {
		c.zone = time.UTC
		return rest, true
	}
	for _, length := range []int{len("+01:00"), len("+0100")} {
		if len(text) >= length && (text[0] == '+' || text[0] == '-') {
			if zone, err := ParseZone(text[:length]); err == nil {
				c.zone = zone
				return text[length:], true
			}
		}
	}
	return text, false
}

// check returns a reason if no clock shows this, and turns hours of AM and PM into those of a day.
func (c *clock) check(f Format) (reason string) {
	p := &c.parts
	for _, t := range f.tokens {
		value := p[t.part]
		switch {
		case t.part == month && (value < 1 || value > 12):
			return "the month is not from 1 to 12; are day and month the other way round in the format?"
		case t.part == hour && value > 23, t.part == minute && value > 59, t.part == second && value > 59:
			return "the time is not from 00:00:00 to 23:59:59"
		case t.part == hourOf12 && (value < 1 || value > 12):
			return "the hour is not from 1 to 12"
		case t.part == hourOf12:
			p[hour] = value % 12
			if c.pm {
				p[hour] += 12
			}
		}
	}
	if days := time.Date(p[year], time.Month(p[month])+1, 0, 0, 0, 0, 0, time.UTC).Day(); p[day] < 1 || p[day] > days {
		return "the month has no such day"
	}
	return ""
}

// zoneOr returns the zone in the text or, if there is none, another.
func (c *clock) zoneOr(other *time.Location) *time.Location {
	if c.zone != nil {
		return c.zone
	}
	return other
}

// wall returns the date and time to the second, as if the clock showed UTC.
func (c *clock) wall() time.Time {
	p := c.parts
	return time.Date(p[year], time.Month(p[month]), p[day], p[hour], p[minute], p[second], 0, time.UTC)
}
