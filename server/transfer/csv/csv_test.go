package csv_test

import (
	"bufio"
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"installstatus/server/transfer/csv"
)

// read formats each record as a string. Quoted cells have quotes.
func read(text string, separator byte) (records []string, err error) {
	r := csv.NewReader(bufio.NewReader(strings.NewReader(text)))
	r.Separator = separator
	for {
		cells, line, err := r.Read()
		if syntax := (*csv.SyntaxError)(nil); errors.As(err, &syntax) && !syntax.Fatal {
			records = append(records, err.Error())
			continue
		}
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		record := fmt.Sprint(line, ":")
		for _, cell := range cells {
			if cell.Quoted {
				record += fmt.Sprintf(" %q", cell.Text)
			} else {
				record += " " + cell.Text + "."
			}
		}
		records = append(records, record)
	}
}

func TestRecords(t *testing.T) {
	for text, want := range map[string]string{
		"":                              ``,
		"a,b":                           `1: a. b.`,
		"a,b\n":                         `1: a. b.`,
		"a,b\r\nc,d\r\n":                `1: a. b. | 2: c. d.`,
		"a\n\n\r\nb":                    `1: a. | 4: b.`,
		",":                             `1: . .`,
		`"",`:                           `1: "" .`,
		`"a ""b"", c",d`:                `1: "a \"b\", c" d.`,
		"\"a\r\nb\n\",c\nd":             `1: "a\r\nb\n" c. | 4: d.`,
		`15" tablet, "x"`:               `1: 15" tablet.  "x".`,
		"a\rb,c\r":                      `1: a` + "\rb. c.",
		"\"a\"b,c\nd\n":                 `line 1, cell 1: text after the closing quote; write a quote inside quotes as "" | 2: d.`,
		"x,\"a\nb\"c\nd\n":              `line 1, cell 2: text after the closing quote; write a quote inside quotes as "" | 3: d.`,
		"\"a\"\rb\nc":                   "line 1, cell 1: CR without LF after the closing quote; save the file with LF or CR LF line endings | 2: c.",
		"a\nb,\xff\nc":                  `1: a. | line 2, cell 2: not UTF-8; save the file as CSV UTF-8 | 3: c.`,
		"\ufeffa":                       "1: \ufeffa.",
		"日本,\"語\"\n":                    `1: 日本. "語"`,
		strings.Repeat("x", 1<<20):      "1: " + strings.Repeat("x", 1<<20) + ".",
		strings.Repeat(",", 5) + "\n\n": `1: . . . . . .`,
	} {
		records, err := read(text, ',')
		if got := strings.Join(records, " | "); got != want || err != nil {
			t.Errorf("%.40q reads as %.200s, %v; want %.200s", text, got, err, want)
		}
	}
}

func TestTheCallerChoosesTheSeparator(t *testing.T) {
	for _, separator := range []byte{';', '\t'} {
		records, err := read(strings.ReplaceAll("a,b~\"c~d\"", "~", string(separator)), separator)
		if want := fmt.Sprintf("1: a,b. %q", "c"+string(separator)+"d"); err != nil || !slices.Equal(records, []string{want}) {
			t.Errorf("%q: %q, %v", separator, records, err)
		}
	}
}

func TestTheSizeOfARecordIsLimited(t *testing.T) {
	for name, text := range map[string]string{
		"an endless line":   "a\n" + strings.Repeat("x", 1<<20+1) + "\nb\n",
		"an endless quote":  "a\nb,\"" + strings.Repeat("x\n", 1<<20),
		"an unclosed quote": "a\n\"x\ny\n",
	} {
		records, err := read(text, ',')
		var syntax *csv.SyntaxError
		if !errors.As(err, &syntax) || !syntax.Fatal || len(records) != 1 {
			t.Errorf("%s: %v after %d records", name, err, len(records))
		}
	}
}

func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	cells := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) csv.Cell {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a",\r\n;]{0,4}`)).Draw(t, "text")
		return csv.Cell{Text: text, Quoted: rapid.Bool().Draw(t, "quoted")}
	}), 2, 5)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(cells, 0, 4).Draw(t, "records")
		var text []byte
		for _, record := range want {
			text = csv.Append(text, record...)
		}
		r := csv.NewReader(bufio.NewReader(strings.NewReader(string(text))))
		for _, record := range want {
			got, _, err := r.Read()
			if err != nil || len(got) != len(record) {
				t.Fatalf("%q: %v, %v", text, got, err)
			}
			for i, cell := range record {
				if got[i].Text != cell.Text || cell.Text == "" && got[i].Quoted != cell.Quoted {
					t.Fatalf("%q: %+v came back as %+v", text, cell, got[i])
				}
			}
		}
		if _, _, err := r.Read(); !errors.Is(err, io.EOF) {
			t.Fatalf("%q: extra records, error %v", text, err)
		}
	})
}

// FuzzReader compares Reader with encoding/csv, except for line endings inside quotes, which encoding/csv changes.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"a,b\r\n\"c\"\"d\",\n", "\"\",,\"\"", "\"a\r\nb\"\r", "a\"b,c\n\n,", "\"a\"b\n", "\"open"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := csv.NewReader(bufio.NewReader(strings.NewReader(text)))
		standard := stdcsv.NewReader(strings.NewReader(text))
		standard.FieldsPerRecord = -1
		for {
			want, wantErr := standard.Read()
			got, line, err := r.Read()
			if wantErr != nil && !errors.Is(wantErr, io.EOF) || !utf8.ValidString(text) {
				for syntax := (*csv.SyntaxError)(nil); err == nil || errors.As(err, &syntax) && !syntax.Fatal; {
					_, _, err = r.Read()
				}
				return
			}
			if errors.Is(wantErr, io.EOF) {
				if !errors.Is(err, io.EOF) {
					t.Fatalf("%v, %v; want the end", got, err)
				}
				return
			}
			if err != nil || len(got) != len(want) {
				t.Fatalf("%v, %v; want %q", got, err, want)
			}
			for i := range want {
				if at, _ := standard.FieldPos(0); i == 0 && at != line {
					t.Fatalf("%v begins on line %d, want %d", got, line, at)
				}
				if strings.ReplaceAll(got[i].Text, "\r\n", "\n") != want[i] {
					t.Fatalf("%v, want %q", got, want)
				}
			}
		}
	})
}
