package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"installstatus/server/errorcodes"
	"installstatus/server/transfer"
)

type explainCommand struct {
	JSON  bool     `name:"json" help:"Print JSON, one object per line."`
	Codes []string `arg:"" name:"code" help:"Error codes, hexadecimal (0x is optional) or decimal (signed or unsigned)."`
}

func (explainCommand) Help() string {
	return `Prints what is documented about error codes of app installations: Intune's and Apple's, Windows errors and app packages, Windows
Installer, BITS, Delivery Optimization, Windows Update and WinGet. An HRESULT that wraps a Windows error, such as 0x80070643, is
explained as that error. Digits alone are decimal, except eight that begin with 8. A small number can also be an exit code of the
installer's own. The exit code is 1 if a code is not known.

Examples:
  installstatus explain 0x87D1041C
  installstatus explain -2016345060 80070643 3010 --json`
}

// withNegativeCodes marks the arguments of explain that begin with a hyphen but are numbers, which would be read as flags.
func withNegativeCodes(args []string) []string {
	if len(args) == 0 || args[0] != "explain" {
		return args
	}
	flags, codes := []string{args[0]}, []string{"--"}
	for i, arg := range args[1:] {
		if arg == "--" {
			codes = append(codes, args[i+2:]...)
			break
		}
		if number := strings.TrimPrefix(arg, "-"); number != arg && (number == "" || number[0] < '0' || number[0] > '9') {
			flags = append(flags, arg)
		} else {
			codes = append(codes, arg)
		}
	}
	return append(flags, codes...)
}

// explained is what is printed of a code.
type explained struct {
	Code    string `json:"code"` // as typed
	Known   bool   `json:"known"`
	Hex     string `json:"hex,omitempty"`
	Decimal *int32 `json:"decimal,omitempty"` // nil if the text is no code
	Name    string `json:"name,omitempty"`
	Meaning string `json:"meaning"`
	Action  string `json:"action,omitempty"`
	Source  string `json:"source,omitempty"`
	URL     string `json:"url,omitempty"`
}

func explain(text string) explained {
	number, err := errorcodes.ParseTyped(text)
	if err != nil {
		return explained{Code: text, Meaning: err.Error()}
	}
	e := explained{Code: text, Hex: errorcodes.Hex(number), Decimal: &number}
	code, ok := errorcodes.Lookup(number)
	if !ok {
		e.Meaning = "not known; " + errorcodes.Decode(number)
		return e
	}
	e.Known, e.Name, e.Meaning, e.Action, e.Source, e.URL = true, code.Name, code.Meaning, code.Action, code.Source.Title, code.Source.URL
	return e
}

// Run explains the codes.
func (c explainCommand) Run(to terminal) error {
	var all []explained
	unknown := 0
	for _, text := range c.Codes {
		e := explain(text)
		if all = append(all, e); !e.Known {
			unknown++
		}
	}
	if c.JSON {
		encoder := json.NewEncoder(to.out)
		encoder.SetEscapeHTML(false)
		for _, e := range all {
			if err := encoder.Encode(e); err != nil {
				return err
			}
		}
	} else if err := printExplained(to, all); err != nil {
		return err
	}
	if unknown > 0 {
		return errors.New(numberOf(unknown, "code") + " not known")
	}
	return nil
}

func printExplained(to terminal, all []explained) error {
	var text strings.Builder
	for i, e := range all {
		if i > 0 {
			text.WriteByte('\n')
		}
		switch {
		case e.Decimal == nil:
			fmt.Fprintf(&text, "%s: %s\n", transfer.OneLine(e.Code), e.Meaning)
			continue
		case e.Name == "":
			fmt.Fprintf(&text, "%s  %d\n", e.Hex, *e.Decimal)
		default:
			fmt.Fprintf(&text, "%s  %d  %s\n", e.Hex, *e.Decimal, e.Name)
		}
		fmt.Fprintf(&text, "  meaning: %s\n", e.Meaning)
		if e.Known {
			fmt.Fprintf(&text, "  to do:   %s\n  source:  %s, %s\n", e.Action, e.Source, e.URL)
		}
	}
	_, err := fmt.Fprint(to.out, text.String())
	return err
}

// printErrors prints the most frequent error codes of an import with their meanings.
func printErrors(to io.Writer, plan *transfer.Plan) {
	for _, count := range plan.FrequentErrors(5) {
		e := explain(errorcodes.Hex(count.Code))
		fmt.Fprintf(to, "note: %s with error %s: %s\n", numberOf(count.Rows, "row"), e.Hex, e.Meaning)
	}
}
