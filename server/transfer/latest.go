package transfer

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"

	"installstatus/api/status"
)

// latest finds the rows to import if several rows of an app have the same id, or no id and the same device, since Intune writes a
// row for each user of a device. The row that synced last wins; of rows that synced at the same time, the last in the file. If
// they have no id, the last row of each other user is imported too, as one that is OfUser. latest uses about 40 bytes a row
// until settle, and one byte a row afterwards.
type latest struct {
	seen   [256][]sighting // by the first byte of the identity
	rows   int
	phases [status.ImportPhases]int // number of rows in each phase
	places []place                  // by row number
}

// place is what becomes of a row.
type place byte

const (
	outdated place = iota // not imported
	first                 // imported
	ofUser                // imported as a row that is OfUser
)

// sighting identifies a row by hashes.
type sighting struct {
	identity [12]byte // of its app, and of its id or its device; the chance of a collision among a million rows is 1 in 10^17
	number   uint32
	synced   int64  // seconds since 1970
	nanos    uint32 // fraction of the second
	user     uint32 // of the user of a row without an id; 0 if it names none
}

// add adds the next row.
func (l *latest) add(row *Row) {
	s := sighting{identity: identityOf(row), number: uint32(l.rows), user: userOf(row)}
	s.synced, s.nanos = syncTime(row)
	l.seen[s.identity[0]] = append(l.seen[s.identity[0]], s)
	l.rows++
	l.phases[row.Phase()]++
}

// settle finds the outdated rows and returns their number. It must be called after the last row.
func (l *latest) settle() (outdated int) {
	l.places = make([]place, l.rows)
	imported := 0
	for i, seen := range l.seen {
		slices.SortFunc(seen, func(a, b sighting) int { // the last row of each user comes first
			return cmp.Or(bytes.Compare(a.identity[:], b.identity[:]), cmp.Compare(a.user, b.user), b.compare(a))
		})
		for start := 0; start < len(seen); {
			end := start + 1
			for end < len(seen) && seen[end].identity == seen[start].identity {
				end++
			}
			imported += l.place(seen[start:end])
			start = end
		}
		l.seen[i] = nil
	}
	return l.rows - imported
}

// place finds the places of the rows with one identity. It returns how many are imported.
func (l *latest) place(rows []sighting) (imported int) {
	last := rows[0]
	for i, row := range rows {
		if row.compare(last) > 0 {
			last = row
		}
		if row.user != 0 && (i == 0 || rows[i-1].user != row.user) {
			l.places[row.number] = ofUser
			imported++
		}
	}
	if l.places[last.number] == outdated {
		imported++
	}
	l.places[last.number] = first
	return imported
}

// compare compares when two rows synced, and then where they are in the file.
func (s sighting) compare(t sighting) int {
	return cmp.Or(cmp.Compare(s.synced, t.synced), cmp.Compare(s.nanos, t.nanos), cmp.Compare(s.number, t.number))
}

// of returns the place of the row with this number, counted from 0.
func (l *latest) of(number int) place {
	if number < len(l.places) {
		return l.places[number]
	}
	return outdated
}

func identityOf(row *Row) [12]byte {
	name := make([]byte, 0, 128)
	name = binary.AppendUvarint(name, uint64(len(row.App)))
	name = append(append(name, row.App...), row.ID...)
	if row.Derived {
		name = append(name, 0) // which no id has
	}
	hash := sha256.Sum256(name)
	return [12]byte(hash[:12])
}

// userOf returns a hash of the user of a row without an id, 0 for none.
func userOf(row *Row) uint32 {
	if !row.Derived || row.Patch.To.UserPrincipalName.Value == "" {
		return 0
	}
	hash := fnv.New32a()
	hash.Write([]byte(strings.ToLower(row.Patch.To.UserPrincipalName.Value)))
	return max(hash.Sum32(), 1)
}

// syncTime returns the time of the row's last sync. A row without one sorts before all others.
func syncTime(row *Row) (seconds int64, nanos uint32) {
	at, err := time.Parse(time.RFC3339Nano, row.Patch.To.LastSyncDateTime.Instant())
	if err != nil {
		return math.MinInt64, 0
	}
	return at.Unix(), uint32(at.Nanosecond())
}
