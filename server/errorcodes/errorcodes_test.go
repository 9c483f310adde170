package errorcodes

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// TestTheTableIsPlain checks the format of codes.tsv: five columns, sorted, unique, short ASCII sentences, known sources.
func TestTheTableIsPlain(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	if lines[0] != "code\tname\tsource\tmeaning\taction" {
		t.Fatalf("header: %q", lines[0])
	}
	if len(lines) < 500 {
		t.Errorf("%d codes", len(lines)-1)
	}
	format := regexp.MustCompile(`^0x[0-9A-F]{8}\t[A-Za-z0-9_]*\t[a-z0-9-]+\t[A-Z][^\t]{1,159}\.\t[A-Z][^\t]{1,199}\.$`)
	used := make(map[string]bool)
	for i, line := range lines[1:] {
		if !format.MatchString(line) || strings.ContainsFunc(line, func(r rune) bool { return r > unicode.MaxASCII }) || strings.Contains(line, "  ") {
			t.Errorf("line %d: %q", i+2, line)
			continue
		}
		cells := strings.Split(line, "\t")
		if i > 0 && cells[0] <= lines[i][:10] {
			t.Errorf("line %d: %s is not after %s", i+2, cells[0], lines[i][:10])
		}
		used[cells[2]] = true
		if sources[cells[2]].Key == "" {
			t.Errorf("line %d: the source %s is not in the table of sources", i+2, cells[2])
		}
		if strings.HasPrefix(cells[0], "0x8007") {
			t.Errorf("line %d: list the Win32 error, not its HRESULT", i+2)
		}
	}
	for key, source := range sources {
		if address, err := url.Parse(source.URL); err != nil || address.Scheme != "https" || source.Title == "" || !used[key] {
			t.Errorf("the source %s: %v, used: %t", key, source, used[key])
		}
	}
}

func TestWellKnownCodes(t *testing.T) {
	for text, want := range map[string]string{
		"0x87D1041C": "not detected afterwards", "0x87D13B67": "state of the app is unknown", "0x87D30067": "could not be downloaded",
		"0x87D11388": "busy", "0x87D13B7E": "No license", "0xC7D14FB5": "Android", "0x87D15608": "manifest", "0x87D10194": "target",
		"0x80070002": "ERROR_FILE_NOT_FOUND", "0x80070005": "ERROR_ACCESS_DENIED", "0x80070070": "ERROR_DISK_FULL",
		"0x80070643": "ERROR_INSTALL_FAILURE", "0x80070652": "ERROR_INSTALL_ALREADY_RUNNING", "0x80070BC2": "ERROR_SUCCESS_REBOOT_REQUIRED",
		"1603": "ERROR_INSTALL_FAILURE", "3010": "ERROR_SUCCESS_REBOOT_REQUIRED", "1641": "ERROR_SUCCESS_REBOOT_INITIATED", "1654": "ERROR_INSTALL_REJECTED",
		"0": "ERROR_SUCCESS", "0x80073CF3": "ERROR_INSTALL_RESOLVE_DEPENDENCY_FAILED", "0x80073CFF": "ERROR_INSTALL_POLICY_FAILURE",
		"0x80073D02": "ERROR_PACKAGES_IN_USE", "0x80D02002": "DO_E_DOWNLOAD_NO_PROGRESS", "0x80200010": "BG_E_NETWORK_DISCONNECTED",
		"0x80072EE7": "ERROR_INTERNET_NAME_NOT_RESOLVED", "0x800B0109": "CERT_E_UNTRUSTEDROOT", "0x80004005": "E_FAIL", "0x80070057": "ERROR_INVALID_PARAMETER",
		"0x80240022": "WU_E_ALL_UPDATES_FAILED", "0x8A150011": "HASH_MISMATCH", "0x8A150101": "PACKAGE_IN_USE", "0x8000FFFF": "E_UNEXPECTED",
	} {
		number, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		code, ok := Lookup(number)
		if !ok || !strings.Contains(code.Name+" "+code.Meaning, want) {
			t.Errorf("%s: %+v, want %s", text, code, want)
		}
	}
	if code, ok := Lookup(-1); ok {
		t.Errorf("0xFFFFFFFF: %+v", code)
	}
	if code, ok := Lookup(0x00070002); ok {
		t.Errorf("a success of facility 7: %+v", code)
	}
}

// TestACodeInAnySpelling checks that every spelling of a code is the same code.
func TestACodeInAnySpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Int32().Draw(t, "number")
		bits, wide := uint32(number), uint64(int64(number))
		spellings := []string{
			fmt.Sprint(number), fmt.Sprint(bits), fmt.Sprint(wide), fmt.Sprintf("0x%x", bits), fmt.Sprintf("0X%X", bits), fmt.Sprintf("0x%08x", bits), fmt.Sprintf("0x%X", wide),
		}
		for _, text := range spellings {
			if got, err := Parse(text); err != nil || got != number {
				t.Errorf("Parse(%s) = %d, %v, want %d", text, got, err, number)
			}
			if eightDigits := len(text) == 8 && text[0] == '8'; eightDigits {
				continue
			}
			if got, err := ParseTyped(" " + text + " "); err != nil || got != number {
				t.Errorf("ParseTyped(%s) = %d, %v, want %d", text, got, err, number)
			}
		}
		if typed := fmt.Sprintf("%08x", bits); number < 0 && (typed[0] == '8' || strings.ContainsAny(typed, "abcdef")) {
			for _, text := range []string{typed, strings.ToUpper(typed)} {
				if got, err := ParseTyped(text); err != nil || got != number {
					t.Errorf("ParseTyped(%s) = %d, %v, want %d", text, got, err, number)
				}
			}
		}
	})
}

func TestWhatIsNoCode(t *testing.T) {
	for _, text := range []string{"", "0x", "-", "0x187D1041C", "0xFFFFFFFF00000001", "4294967296", "-2147483649", "9.5", "0x1_0", "+-1", "failed", "-0x1", "0x-1", "١"} {
		if number, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) = %d", text, number)
		}
		if number, err := ParseTyped(text); err == nil {
			t.Errorf("ParseTyped(%q) = %d", text, number)
		}
	}
}

// TestAllIsWhatLookupKnows checks that the list for the page and Lookup agree.
func TestAllIsWhatLookupKnows(t *testing.T) {
	listed := make(map[int32]Code)
	for number, code := range All() {
		if found, ok := Lookup(number); !ok || found != code || listed[number].Meaning != "" {
			t.Errorf("%s: %+v", Hex(number), found)
		}
		listed[number] = code
	}
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]uint32{0, 0x8007, 0x8024, 0x87D1, 0x8A15, 0xC7D1}).Draw(t, "prefix")
		number := int32(prefix<<16 | rapid.Uint32Max(0xFFFF).Draw(t, "code"))
		if code, ok := Lookup(number); ok != (listed[number].Meaning != "") || code != listed[number] {
			t.Errorf("%s: %+v, listed %+v", Hex(number), code, listed[number])
		}
	})
}

func TestUnknownCodesAreDecoded(t *testing.T) {
	for number, want := range map[int32]string{
		-2016337360: "a failure of facility 2001 (Intune), code 8752 (0x2230)", // 0x87D12230
		0x00040001:  "a success of facility 4 (interface), code 1 (0x0001)",
		-1:          "facility 2047 (unknown)",
		1002:        "the number 1002: an exit code",
	} {
		if got := Decode(number); !strings.Contains(got, want) {
			t.Errorf("Decode(%s) = %s, want %s", Hex(number), got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0x87D1041C", "80070643", "-2016345060", "18446744071693206556", "0x", "1603"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string) (int32, error){Parse, ParseTyped} {
			number, err := parse(text)
			if err != nil {
				continue
			}
			if again, err := parse(Hex(number)); err != nil || again != number {
				t.Errorf("%q is %d, and its hexadecimal form %d, %v", text, number, again, err)
			}
			Decode(number)
		}
	})
}
