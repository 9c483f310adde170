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

// latest finds the rows to import if several have the same app and id, since Intune writes a row for each user of a device. The
// row that synced last wins; of rows that synced at the same time, the last in the file. It uses about 40 bytes a row until
// settle, and one byte a row afterwards.
type latest struct {
	seen     [256][]sighting // by the first byte of the identity
	rows     int
	outdated []bool // by row number
}

// sighting identifies a row by a hash of its app and id.
type sighting struct {
	identity [12]byte // the chance of a collision among a million rows is 1 in 10^17
	number   uint32
	synced   int64  // seconds since 1970
	nanos    uint32 // fraction of the second
}

// add adds the next row.
func (l *latest) add(row *Row) {
	s := sighting{identity: identityOf(row), number: uint32(l.rows)}
	s.synced, s.nanos = syncTime(row)
	l.seen[s.identity[0]] = append(l.seen[s.identity[0]], s)
	l.rows++
}

// settle finds the outdated rows and returns their number. It must be called after the last row.
func (l *latest) settle() (outdated int) {
	l.outdated = make([]bool, l.rows)
	for i, seen := range l.seen {
		slices.SortFunc(seen, func(a, b sighting) int {
			return cmp.Or(bytes.Compare(a.identity[:], b.identity[:]),
				cmp.Compare(a.synced, b.synced), cmp.Compare(a.nanos, b.nanos), cmp.Compare(a.number, b.number))
		})
		for j := 1; j < len(seen); j++ {
			if seen[j].identity == seen[j-1].identity {
				l.outdated[seen[j-1].number] = true
				outdated++
			}
		}
		l.seen[i] = nil
	}
	return outdated
}

// counts reports whether the row with this number, counted from 0, is to be imported.
func (l *latest) counts(number int) bool { return number < len(l.outdated) && !l.outdated[number] }

func identityOf(row *Row) [12]byte {
	name := make([]byte, 0, 128)
	name = binary.AppendUvarint(name, uint64(len(row.App)))
	name = append(append(name, row.App...), row.ID...)
	hash := sha256.Sum256(name)
	return [12]byte(hash[:12])
}

// syncTime returns the time of the row's last sync. A row without one sorts before all others.
func syncTime(row *Row) (seconds int64, nanos uint32) {
	at, err := time.Parse(time.RFC3339Nano, row.Patch.To.LastSyncDateTime.Instant())
	if err != nil {
		return math.MinInt64, 0
	}
	return at.Unix(), uint32(at.Nanosecond())
}
