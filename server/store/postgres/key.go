package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"installstatus/api/status"
)

// headLength is how many characters of a text stand in an index, as in the migrations.
const headLength = 128

// split cuts a text behind its head.
func split(text string) (head, rest string) {
	if len(text) <= headLength {
		return text, ""
	}
	at := 0
	for range headLength {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return text[:at], text[at:]
}

// digest tells texts with one head apart; "" for those that are no longer than their head.
func digest(text string) string {
	if _, rest := split(text); rest == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// keyOf stands for a tenant or an app in keys. It is the text itself unless that is long; the key of a long one is longer
// than any other, so that the two cannot be mistaken.
func keyOf(text string) string {
	head, _ := split(text)
	return head + digest(text)
}

// place is where a row stands in the primary key.
type place struct{ tenant, app, id, digest string }

func placeOf(tenant string, key status.Key) place {
	head, _ := split(key.ID)
	return place{keyOf(tenant), keyOf(key.App), head, digest(key.ID)}
}

// storable reports whether text can be in the database: all but U+0000, which the contract refuses, so that no row has it.
func storable(texts ...string) bool {
	for _, text := range texts {
		if strings.IndexByte(text, 0) >= 0 {
			return false
		}
	}
	return true
}
