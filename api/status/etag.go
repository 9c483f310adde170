package status

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"sync"

	"installstatus/api/query"
)

// ETag returns the strong entity tag of s, with its quotes. It depends on the content of s alone: equal statuses have equal
// tags, in every process and on every engine.
func (s Status) ETag() string { return tagOf(Properties[:], unnamed, &s) }

// unnamed is how many properties, from the first, are hashed without their names: those of the first release. Stored entities
// must keep their tags, so a later property is hashed with its name, and only if it is not null.
const unnamed = 13

// contents are buffers for what is hashed.
var contents = sync.Pool{New: func() any { return new([]byte) }}

func tagOf[E any](properties []Property[E], unnamed int, e *E) string {
	buffer := contents.Get().(*[]byte)
	defer contents.Put(buffer)
	content := (*buffer)[:0]
	for i := range properties {
		if i >= unnamed {
			if properties[i].Value(e).Kind == query.Null {
				continue
			}
			content = appendString(content, properties[i].Name)
		}
		content = properties[i].hash(content, e)
	}
	if cap(content) <= 64<<10 {
		*buffer = content
	}
	return etagOf(content)
}

func etagOf(content []byte) string {
	hash := sha256.Sum256(content)
	var room [24]byte
	tag := base64.RawURLEncoding.AppendEncode(append(room[:0], '"'), hash[:16])
	return string(append(tag, '"'))
}

func appendText(to []byte, t Text) []byte {
	if !t.Valid {
		return append(to, 0)
	}
	return appendString(append(to, 1), t.Value)
}

// appendString writes the length first, so that no two lists of strings give the same bytes.
func appendString(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}
