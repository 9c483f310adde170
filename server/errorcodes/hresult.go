package errorcodes

import "fmt"

// facilities are the parts of Windows and Intune that an HRESULT can name.
var facilities = map[uint32]string{
	0: "null", 1: "RPC", 2: "dispatch", 3: "storage", 4: "interface", 7: "Win32", 8: "Windows", 9: "security", 10: "control",
	11: "certificates", 12: "internet", 13: "media", 15: "Setup API", 25: "HTTP", 32: "BITS", 36: "Windows Update",
	0xCF: "Intune update agent", 0xD0: "Delivery Optimization", 0x7D1: "Intune", 0x7D3: "Intune management extension", 0xA15: "WinGet",
}

// Decode describes a code by its bits as an HRESULT, for one that Lookup does not know. A number below 0x10000 is none.
func Decode(number int32) string {
	bits := uint32(number)
	if bits < 0x10000 {
		return fmt.Sprintf("the number %d: an exit code of the installer, or a Win32 error that is not listed here", bits)
	}
	severity := "success"
	if number < 0 {
		severity = "failure"
	}
	facility := bits >> 16 & 0x7FF
	name, ok := facilities[facility]
	if !ok {
		name = "unknown"
	}
	return fmt.Sprintf("as an HRESULT a %s of facility %d (%s), code %d (0x%04X)", severity, facility, name, bits&0xFFFF, bits&0xFFFF)
}
