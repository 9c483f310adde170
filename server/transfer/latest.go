package transfer

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// Latest finds out which rows of a file count, for Intune writes a row for each user of a device: of the rows of one app and
// id the one that synced last, and of those that synced at one time the last in the file. Until Settle it takes some 40 bytes
// a row, afterwards one.
type Latest struct {
	seen     [256][]sighting // by the first byte of the identity
	rows     int
	outdated []bool // by number
}

// sighting is a row of an app and an id, which it knows by their hash.
type sighting struct {
	identity [12]byte // among a million rows the chance that two differ in nothing but this is 1 in 10^17
	number   uint32
	synced   int64  // in seconds since 1970
	nanos    uint32 // beyond that
}

// Add takes in the next row.
func (l *Latest) Add(row *Row) {
	s := sighting{identity: identityOf(row), number: uint32(l.rows)}
	s.synced, s.nanos = syncedOf(row)
	l.seen[s.identity[0]] = append(l.seen[s.identity[0]], s)
	l.rows++
}

// Settle says how many rows count, now that all of them have been added.
func (l *Latest) Settle() (count int) {
	l.outdated = make([]bool, l.rows)
	count = l.rows
	for i, seen := range l.seen {
		slices.SortFunc(seen, func(a, b sighting) int {
			return cmp.Or(bytes.Compare(a.identity[:], b.identity[:]),
				cmp.Compare(a.synced, b.synced), cmp.Compare(a.nanos, b.nanos), cmp.Compare(a.number, b.number))
		})
		for j := 1; j < len(seen); j++ {
			if seen[j].identity == seen[j-1].identity {
				l.outdated[seen[j-1].number] = true
				count--
			}
		}
		l.seen[i] = nil
	}
	return count
}

// Counts reports whether a row counts, by its number in the order of adding, from 0.
func (l *Latest) Counts(number int) bool { return number < len(l.outdated) && !l.outdated[number] }

func identityOf(row *Row) [12]byte {
	name := make([]byte, 0, 128)
	name = binary.AppendUvarint(name, uint64(len(row.App)))
	name = append(append(name, row.App...), row.ID...)
	hash := sha256.Sum256(name)
	return [12]byte(hash[:12])
}

// syncedOf is before all others where it is not said.
func syncedOf(row *Row) (seconds int64, nanos uint32) {
	at, err := time.Parse(time.RFC3339Nano, row.Patch.LastSyncDateTime.Value.Instant())
	if err != nil {
		return math.MinInt64, 0
	}
	return at.Unix(), uint32(at.Nanosecond())
}
