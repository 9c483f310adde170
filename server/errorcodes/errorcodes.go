// Package errorcodes explains the error codes of app installations: those of Intune, Apple devices, Windows, Windows Installer
// and WinGet. codes.tsv lists them, each with the documentation that it is from.
package errorcodes

import (
	_ "embed"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"sync"
)

// Code is a documented error code.
type Code struct {
	Number  uint32 // a Win32 error is listed by its own number, not as an HRESULT
	Name    string // the symbol, "" if it has none
	Meaning string // a sentence
	Action  string // what to do, in one or more sentences
	Source  Source
}

//go:embed codes.tsv
var table string

// codes are the rows of codes.tsv, in their order and by number.
var codes = sync.OnceValues(func() ([]Code, map[uint32]Code) {
	_, rows, _ := strings.Cut(strings.TrimSuffix(table, "\n"), "\n")
	var list []Code
	byNumber := make(map[uint32]Code)
	for row := range strings.SplitSeq(rows, "\n") {
		cells := strings.Split(row, "\t")
		number, _ := strconv.ParseUint(cells[0], 0, 32) // the package's test checks the format
		code := Code{Number: uint32(number), Name: cells[1], Source: sources[cells[2]], Meaning: cells[3], Action: cells[4]}
		list = append(list, code)
		byNumber[code.Number] = code
	}
	return list, byNumber
})

// win32 is what HRESULT_FROM_WIN32 puts before a Win32 error: failure, facility 7.
const win32 = 0x8007 << 16

// isWin32 reports whether HRESULT_FROM_WIN32 wraps a number.
func isWin32(number uint32) bool { return number > 0 && number <= 0xFFFF }

// Lookup returns what is known of a code. An HRESULT that wraps a Win32 error, such as 0x80070643, is explained as that error,
// here 1603.
func Lookup(number int32) (Code, bool) {
	_, byNumber := codes()
	code, ok := byNumber[uint32(number)]
	if bits := uint32(number); !ok && bits>>16 == win32>>16 && isWin32(bits&0xFFFF) {
		code, ok = byNumber[bits&0xFFFF]
	}
	return code, ok
}

// All returns every number that Lookup knows, in the order of codes.tsv. A Win32 error has two.
func All() iter.Seq2[int32, Code] {
	return func(yield func(int32, Code) bool) {
		list, byNumber := codes()
		for _, code := range list {
			if !yield(int32(code.Number), code) {
				return
			}
			wrapped := code.Number | win32
			if _, listed := byNumber[wrapped]; isWin32(code.Number) && !listed && !yield(int32(wrapped), code) {
				return
			}
		}
	}
}

// Hex returns a code as Microsoft's lists print it, such as 0x87D1041C.
func Hex(number int32) string { return fmt.Sprintf("0x%08X", uint32(number)) }
