package intune

import (
	"math"
	"strconv"
	"strings"
)

// parseErrorCode reads an error code as an Int32: 0x87D1041C, its 32 bits in hexadecimal digits (or 64, the sign repeated), or a
// decimal number, with its sign or as the unsigned number of the same bits. An empty cell is 0, no error.
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
		return 0, "not an error code of 32 bits, such as 0x87D1041C or -2016345060"
	}
	return int32(bits), ""
}
