package dates

import (
	"errors"
	"time"
)

// ParseZone parses UTC, the IANA name of a zone such as Europe/Berlin, or an offset such as +01:00.
func ParseZone(name string) (*time.Location, error) {
	switch name {
	case "UTC", "Z":
		return time.UTC, nil
	case "", "Local":
		return nil, errors.New("name a zone, such as Europe/Berlin")
	}
	for _, layout := range []string{"-07:00", "-0700"} {
		if at, err := time.Parse(layout, name); err == nil && name[len(name)-2:] <= "59" {
			_, seconds := at.Zone()
			if seconds < -14*60*60 || seconds > 14*60*60 {
				return nil, errors.New("an offset is from -14:00 to +14:00")
			}
			return time.FixedZone(name, seconds), nil
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, errors.New("not an offset such as +01:00, nor a zone of the IANA time zone database, such as Europe/Berlin or America/New_York")
	}
	return zone, nil
}

// instant returns when clocks in a zone show what wall is in UTC. If they show it twice, as when summer time ends, that is the
// first time. It returns false if they skip it, as when summer time begins.
func instant(wall time.Time, zone *time.Location) (at time.Time, ok bool) {
	if zone == nil || zone == time.UTC {
		return wall, true
	}
	const aDay = 24 * time.Hour // more than any offset, and less than between two changes of a clock
	for _, near := range []time.Time{wall.Add(-aDay), wall.Add(aDay)} {
		_, offset := near.In(zone).Zone()
		candidate := wall.Add(-time.Duration(offset) * time.Second)
		if _, actual := candidate.In(zone).Zone(); actual == offset && (!ok || candidate.Before(at)) {
			at, ok = candidate, true
		}
	}
	return at, ok
}
