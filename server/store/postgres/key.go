package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"installstatus/api/status"
)

// headLength is how many characters of a text an index has, as in the migrations.
const headLength = 128

// split splits a text after its head.
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

// digest returns a digest that distinguishes texts with the same head, or "" for a text that is not longer than its head.
func digest(text string) string {
	if _, rest := split(text); rest == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// keyOf returns the key of a tenant or an app. It is the text itself unless that is long. The key of a long text is longer than
// any other, so the two cannot be confused.
func keyOf(text string) string {
	head, _ := split(text)
	return head + digest(text)
}

// place is the place of a row in the primary key.
type place struct{ tenant, app, id, digest string }

func placeOf(tenant string, key status.Key) place {
	head, _ := split(key.ID)
	return place{keyOf(tenant), keyOf(key.App), head, digest(key.ID)}
}

// storable reports whether PostgreSQL can store the texts. It cannot store U+0000, which the contract refuses, so no row has
// it.
func storable(texts ...string) bool {
	for _, text := range texts {
		if strings.IndexByte(text, 0) >= 0 {
			return false
		}
	}
	return true
}
