package intune

import (
	"math"
	"strconv"
	"strings"
)

// parseErrorCode parses an error code as an Int32. The text is hexadecimal, with 32 bits as in 0x87D1041C or sign-extended to 64,
// or decimal, signed or unsigned. An empty cell is 0, which means no error.
func parseErrorCode(text string) (code int32, reason string) {
	if text == "" {
		return 0, ""
	}
	var bits int64
	var err error
	if digits, isHex := strings.CutPrefix(strings.ToLower(text), "0x"); isHex {
		var unsigned uint64
		unsigned, err = strconv.ParseUint(digits, 16, 64)
		bits = int64(unsigned)
	} else {
		bits, err = strconv.ParseInt(text, 10, 64)
	}
	if err != nil || bits < math.MinInt32 || bits > math.MaxUint32 {
		return 0, "not a 32-bit error code such as 0x87D1041C or -2016345060"
	}
	return int32(bits), ""
}
