package errorcodes

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

var errNoCode = errors.New("not a 32-bit error code such as 0x87D1041C or -2016345060")

// Parse parses an error code as an Int32. The text is hexadecimal after 0x, with 32 bits as in 0x87D1041C or sign-extended to 64,
// or decimal, signed or unsigned.
func Parse(text string) (int32, error) {
	var bits int64
	var err error
	if digits, isHex := strings.CutPrefix(strings.ToLower(text), "0x"); isHex {
		var unsigned uint64
		unsigned, err = strconv.ParseUint(digits, 16, 64)
		bits = int64(unsigned)
	} else if bits, err = strconv.ParseInt(text, 10, 64); errors.Is(err, strconv.ErrRange) {
		var unsigned uint64
		unsigned, err = strconv.ParseUint(text, 10, 64)
		bits = int64(unsigned)
	}
	if err != nil || bits < math.MinInt32 || bits > math.MaxUint32 {
		return 0, errNoCode
	}
	return int32(bits), nil
}

// ParseTyped parses a code as a person types it: as Parse does, or hexadecimal without 0x. Digits alone are decimal, except
// eight that begin with 8, as failures do.
func ParseTyped(text string) (int32, error) {
	text = strings.TrimSpace(text)
	if len(text) == 8 && text[0] == '8' {
		if code, err := Parse("0x" + text); err == nil {
			return code, nil
		}
	}
	code, err := Parse(text)
	if err != nil {
		if hex, hexErr := Parse("0x" + text); hexErr == nil {
			return hex, nil
		}
	}
	return code, err
}
