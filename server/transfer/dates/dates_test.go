package dates_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"installstatus/api/query"
	"installstatus/server/transfer/dates"
)

// parsed returns the dates of a format and a zone.
func parsed(t testing.TB, format, zone string) (d dates.Dates) {
	t.Helper()
	var err error
	if format != "" {
		if d.Format, err = dates.ParseFormat(format); err != nil {
			t.Fatal(format, err)
		}
	}
	if zone != "" {
		if d.Zone, err = dates.ParseZone(zone); err != nil {
			t.Fatal(zone, err)
		}
	}
	return d
}

// read returns a date as text, or the reason why it is none.
func read(d dates.Dates, text string) string {
	at, problem := d.Read(text)
	if problem != nil {
		return problem.Reason
	}
	return at.String()
}

func TestDatesInAFormat(t *testing.T) {
	for _, c := range []struct{ format, text, want string }{
		{"DD.MM.YYYY HH:mm", "09.11.2021 08:15", "2021-11-09T08:15:00Z"},
		{"dd.MM.yyyy HH:mm", "09.11.2021 08:15", "2021-11-09T08:15:00Z"}, // as Windows shows it
		{"D.M.YYYY H:mm", "9.11.2021 8:15", "2021-11-09T08:15:00Z"},
		{"D.M.YYYY H:mm", "09.11.2021 08:15", "2021-11-09T08:15:00Z"},
		{"D. M. YYYY H:mm:ss", "9. 11. 2021 8:15:07", "2021-11-09T08:15:07Z"},
		{"M/D/YYYY h:mm A", "11/9/2021 8:15 PM", "2021-11-09T20:15:00Z"},
		{"M/D/YYYY h:mm A", "11/9/2021 8:15\u202fpm", "2021-11-09T20:15:00Z"}, // as ICU writes it
		{"M/d/yyyy h:mm tt", "11/9/2021 12:15 AM", "2021-11-09T00:15:00Z"},
		{"M/d/yyyy h:mm AM/PM", "11/9/2021 12:15 p.m.", "2021-11-09T12:15:00Z"},
		{"DD/MM/YYYY", "09/11/2021", "2021-11-09T00:00:00Z"},
		{"D.M.YY H:mm", "9.11.21 8:15", "2021-11-09T08:15:00Z"},
		{"D.M.YY", "9.11.99", "2099-11-09T00:00:00Z"}, // YY is always in this century
		{"YYYYMMDDHHmmss", "20211109081507", "2021-11-09T08:15:07Z"},
		{"YYYY-MM-DDTHH:mm:ss", "2021-11-09T08:15:07", "2021-11-09T08:15:07Z"},
		{"YYYY/MM/DD HH:mm:ss,SSS", "2021/11/09 08:15:07,12345678901", "2021-11-09T08:15:07.12345678901Z"},
		{"YYYY/MM/DD HH:mm:ss.fff", "2021/11/09 08:15:07.5", "2021-11-09T08:15:07.5Z"},
		{"YYYY/MM/DD HH:mm Z", "2021/11/09 08:15 +01:00", "2021-11-09T07:15:00Z"},
		{"YYYY/MM/DD HH:mmzzz", "2021/11/09 08:15-0530", "2021-11-09T13:45:00Z"},
		{"YYYY/MM/DD HH:mm K", "2021/11/09 08:15 Z", "2021-11-09T08:15:00Z"},
		{"D.M.YYYY 'um' H:mm [Uhr]", "9.11.2021 um 8:15 Uhr", "2021-11-09T08:15:00Z"},
		{"YYYY年M月D日", "2021年11月9日", ""}, // refused: letters need quotes
		{"YYYY'年'M'月'D'日'", "2021年11月9日", "2021-11-09T00:00:00Z"},
		{"DD.MM.YYYY HH:mm", " 09.11.2021   08:15 ", "2021-11-09T08:15:00Z"},
		{"DD.MM.YYYY HH:mm", "09.11.2021 08:15:00", "not a date in the format DD.MM.YYYY HH:mm, nor in Intune's"},
		{"DD.MM.YYYY HH:mm", "9.11.2021 08:15", "not a date in the format DD.MM.YYYY HH:mm, nor in Intune's"},
		{"DD.MM.YYYY HH:mm", "11/09/2021 08:15", "not a date in the format DD.MM.YYYY HH:mm, nor in Intune's"},
		{"DD.MM.YYYY HH:mm", "11.25.2021 08:15", "the month is not from 1 to 12; are day and month the other way round in the format?"},
		{"DD.MM.YYYY HH:mm", "31.04.2021 08:15", "the month has no such day"},
		{"DD.MM.YYYY HH:mm", "29.02.2021 08:15", "the month has no such day"},
		{"DD.MM.YYYY HH:mm", "29.02.2020 24:00", "the time is not from 00:00:00 to 23:59:59"},
		{"DD.MM.YYYY h:mm A", "29.02.2020 13:00 PM", "the hour is not from 1 to 12"},
		{"DD.MM.YYYY", "01.01.0000", "not within the years 1 to 9999 in UTC"},
	} {
		format, err := dates.ParseFormat(c.format)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s is accepted", c.format)
			}
			continue
		}
		if got := read(dates.Dates{Format: format}, c.text); got != c.want || err != nil {
			t.Errorf("%s: %q is read as %s, %v; want %s", c.format, c.text, got, err, c.want)
		}
	}
}

func TestFormatsThatAreRefused(t *testing.T) {
	for format, want := range map[string]string{
		"02.01.2006 15:04":     "write tokens in place of numbers: YYYY or YY, MM or M",
		"%d.%m.%Y":             "write tokens in place of numbers",
		"DD.MM HH:mm":          "it needs a year, a month and a day",
		"HH:mm":                "it needs a year, a month and a day",
		"DD.MM.YYYY YY":        "it needs a year, a month and a day",
		"DD.DD.YYYY":           "it has the same token twice",
		"DD.mm.YYYY":           "it needs a year, a month and a day",
		"DD.MM.YYYY HH:MM":     "it has the same token twice",
		"DD.MM.YYYY hh:mm":     "it needs HH or H for hours from 0 to 23, or hh or h with A",
		"DD.MM.YYYY HH:mm A":   "it needs HH or H for hours from 0 to 23, or hh or h with A",
		"DD.MM.YYYY H hh A":    "it needs HH or H for hours from 0 to 23, or hh or h with A",
		"DD.MM.YYYY mm":        "minutes need hours",
		"DD.MM.YYYY HH ss":     "minutes need hours, seconds need minutes",
		"DD.MM.YYYY HH:mm.SSS": "minutes need hours, seconds need minutes, and a fraction needs seconds",
		"DMYYYY":               "a token of one or two digits is followed by another number",
		"DD-MMM-YYYY":          `"MMM" is not a token; use YYYY or YY`,
		"DDD.MM.YYYY":          `"DDD" is not a token`,
		"DD.MM.YYYY um HH:mm":  `"u" is not a token`,
		"DD.MM.YYYY 'um":       "the ' is not closed",
		"DD.MM.YYYY [um":       "the [ is not closed",
		"":                     "it needs a year, a month and a day",
	} {
		if _, err := dates.ParseFormat(format); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", format, err, want)
		}
	}
}

func TestTheTimeZoneIsThatOfDatesWithoutOne(t *testing.T) {
	const german = "DD.MM.YYYY HH:mm"
	for _, c := range []struct{ rule, format, zone, text, want string }{
		{"UTC is the default", german, "", "09.07.2021 08:15", "2021-07-09T08:15:00Z"},
		{"a name, in summer", german, "Europe/Berlin", "09.07.2021 08:15", "2021-07-09T06:15:00Z"},
		{"a name, in winter", german, "Europe/Berlin", "09.11.2021 08:15", "2021-11-09T07:15:00Z"},
		{"an offset", german, "+05:30", "09.11.2021 08:15", "2021-11-09T02:45:00Z"},
		{"an offset without a colon", german, "-0800", "09.11.2021 08:15", "2021-11-09T16:15:00Z"},
		{"Intune's format too", "", "Europe/Berlin", "2021-11-09 08:15:07.1234567", "2021-11-09T07:15:07.1234567Z"},
		{"a zone in the text counts", "", "Europe/Berlin", "2021-11-09T08:15:07Z", "2021-11-09T08:15:07Z"},
		{"a zone in the text of a format counts", german + " Z", "Europe/Berlin", "09.11.2021 08:15 +00:00", "2021-11-09T08:15:00Z"},
		{"a time that clocks skip", german, "Europe/Berlin", "28.03.2021 02:30", "clocks in the time zone skip this time; is it the time of another zone?"},
		{"the last minute before", german, "Europe/Berlin", "28.03.2021 01:59", "2021-03-28T00:59:00Z"},
		{"the first minute after", german, "Europe/Berlin", "28.03.2021 03:00", "2021-03-28T01:00:00Z"},
		{"a time that clocks show twice is the first", german, "Europe/Berlin", "31.10.2021 02:30", "2021-10-31T00:30:00Z"},
		{"and west of Greenwich", german, "America/New_York", "07.11.2021 01:30", "2021-11-07T05:30:00Z"},
		{"half an hour of summer time", german, "Australia/Lord_Howe", "04.04.2021 01:45", "2021-04-03T14:45:00Z"},
		{"a day that was skipped", german, "Pacific/Apia", "30.12.2011 12:00", "clocks in the time zone skip this time; is it the time of another zone?"},
		{"the first year", german, "+01:00", "01.01.0001 00:30", "not within the years 1 to 9999 in UTC"},
	} {
		if got := read(parsed(t, c.format, c.zone), c.text); got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
	for _, zone := range []string{"", "Local", "Berlin", "W. Europe Standard Time", "+15:00", "+1", "../zoneinfo/UTC", "+01:60"} {
		if got, err := dates.ParseZone(zone); err == nil {
			t.Errorf("%q is the zone %v", zone, got)
		}
	}
}

func TestADateOfIntuneIsReadWhateverTheFormat(t *testing.T) {
	for _, format := range []string{"", "DD.MM.YYYY HH:mm", "YYYY/MM/DD", "YYYY-MM-DD HH:mm"} {
		for text, want := range map[string]string{
			"2021-11-09 10:32:11.0000000": "2021-11-09T10:32:11.0000000Z",
			"2021-11-09 10:32":            "2021-11-09T10:32:00Z", // as Excel shortens it
			"2021-11-09T10:32:11+01:00":   "2021-11-09T10:32:11+01:00",
			"/Date(1636453931000)/":       "2021-11-09T10:32:11.000Z", // as Windows PowerShell writes it
			"/Date(-1500+0100)/":          "1969-12-31T23:59:58.500Z",
			"/Date(999999999999999)/":     "not within the years 1 to 9999 in UTC",
		} {
			if got := read(parsed(t, format, ""), text); got != want {
				t.Errorf("%s with %q: %s, want %s", text, format, got, want)
			}
		}
	}
	const ambiguous = "2021-11-09 10:32:11"
	if got := read(parsed(t, "YYYY-DD-MM", ""), ambiguous); got != "not a date in the format YYYY-DD-MM" {
		t.Errorf("a format that exchanges Intune's month and day reads %s as %s", ambiguous, got)
	}
}

func TestOnlyADateOfAnotherPlaceNeedsAFormat(t *testing.T) {
	for text, want := range map[string]bool{
		"11/9/2021 10:32:11 AM": true, "09.11.2021 10:32": true, "9. 11. 2021": true, "2021/11/09": true, "9-Nov-21": true, "2021-11-09": true,
		"Tuesday, 9 November 2021": true, "44509.43902": false, "never": false, "2021": false,
	} {
		if _, problem := (dates.Dates{}).Read(text); problem == nil || problem.OtherFormat != want {
			t.Errorf("%s: %+v, want %t", text, problem, want)
		}
	}
	if got := read(dates.Dates{}, "32:11.0"); !strings.HasPrefix(got, "only minutes and seconds are left of the date") {
		t.Errorf("what Excel leaves of a date: %s", got)
	}
}

// TestWhatAFormatWritesItReads writes random times with Go's layouts, and reads them in the same format.
func TestWhatAFormatWritesItReads(t *testing.T) {
	layouts := map[string]string{
		"DD.MM.YYYY HH:mm:ss": "02.01.2006 15:04:05", "M/D/YYYY h:mm:ss A": "1/2/2006 3:04:05 PM", "YYYYMMDDHHmmss": "20060102150405",
		"D-M-YY H.mm.s": "2-1-06 15.04.5", "YYYY/MM/DD hh:mm:ss.SSSSSSSSS am/pm": "2006/01/02 03:04:05.000000000 pm", "[at] HH:mm:ss 'on' D.M.YYYY": "at 15:04:05 on 2.1.2006",
	}
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "-09:30"}
	rapid.Check(t, func(rt *rapid.T) {
		format := rapid.SampledFrom(slices.Sorted(maps.Keys(layouts))).Draw(rt, "format")
		d := parsed(t, format, rapid.SampledFrom(zones).Draw(rt, "zone"))
		want := time.Unix(rapid.Int64Range(946_800_000, 4_000_000_000).Draw(rt, "seconds"), 0).In(d.Zone)
		text := want.Format(layouts[format])
		at, problem := d.Read(text)
		if problem != nil {
			rt.Fatalf("%s: %s", text, problem.Reason)
		}
		got, err := time.Parse(time.RFC3339, at.String())
		if err != nil || got.In(d.Zone).Format(layouts[format]) != text || got.After(want) {
			rt.Fatalf("%s is read as %s, %v; want %s, or earlier where clocks show it twice", text, at, err, want)
		}
	})
}

// FuzzFormat checks that no format and no text is read as anything but an instant or a reason in one line.
func FuzzFormat(f *testing.F) {
	for _, format := range []string{"DD.MM.YYYY HH:mm", "M/D/YY h:mm:ss.SSS A", "YYYY-MM-DDTHH:mm:ssZ", "'D' [M] D.M.YYYY"} {
		f.Add(format, "Europe/Berlin", "09.11.2021 08:15")
	}
	f.Add("YYYYMMDD", "+01:00", "/Date(1636453931000+0100)/")
	f.Fuzz(func(t *testing.T, format, zone, text string) {
		var d dates.Dates
		var err error
		if d.Format, err = dates.ParseFormat(format); err != nil && strings.ContainsAny(err.Error(), "\n\t") {
			t.Errorf("%q", err)
		}
		if err != nil {
			d.Format = dates.Format{}
		}
		if d.Zone, err = dates.ParseZone(zone); err != nil {
			d.Zone = nil
		}
		at, problem := d.Read(text)
		if problem != nil {
			if problem.Reason == "" {
				t.Error("no reason")
			}
			return
		}
		if err := query.CheckDateTime(at.String()); err != nil {
			t.Errorf("%q in the format %q is read as %q: %v", text, format, fmt.Sprint(at), err)
		}
	})
}
