package status

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// ETag is the strong entity tag of s, with its quotes. It depends on the content of s alone: equal statuses have equal
// tags, in every process and on every engine.
func (s Status) ETag() string {
	var room [512]byte
	return etagOf(s.appendContent(room[:0]))
}

func etagOf(content []byte) string {
	hash := sha256.Sum256(content)
	var room [24]byte
	tag := base64.RawURLEncoding.AppendEncode(append(room[:0], '"'), hash[:16])
	return string(append(tag, '"'))
}

func (s Status) content() []byte { return s.appendContent(nil) }

// appendContent writes all of s as bytes, and different bytes for different statuses. What is written here stays as it is, so
// that stored entities keep their tags: a property that is added later is appended with its JSON name before it, where it is
// not null.
func (s *Status) appendContent(content []byte) []byte {
	content = appendString(content, s.ID)
	content = appendText(content, s.DeviceName)
	content = appendText(content, s.DeviceID)
	content = appendString(content, s.LastSyncDateTime.text)
	content = appendString(content, string(s.MobileAppInstallStatusValue))
	content = appendString(content, string(s.InstallState))
	content = appendString(content, string(s.InstallStateDetail))
	content = binary.AppendVarint(content, int64(s.ErrorCode))
	content = appendText(content, s.OSVersion)
	content = appendText(content, s.OSDescription)
	content = appendText(content, s.UserName)
	content = appendText(content, s.UserPrincipalName)
	return appendText(content, s.DisplayVersion)
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
