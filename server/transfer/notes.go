package transfer

import (
	"maps"
	"slices"
	"strings"
)

// Notes say what an import leaves out, and what it takes from an unusual place.
type Notes struct {
	Ignored        []Ignored      // columns and members that are not read, up to maxNotes
	MoreIgnored    int            // number of others
	UnknownDetails map[string]int // number of rows for each intune.Row.UnknownDetail, up to maxNotes
	MoreDetails    int            // number of rows with others
	Translated     map[string]int // number of rows for each intune.Row.Translated
	Incomplete     []Incomplete   // reports that lack rows
	NextLinks      int            // number of answers of lists, if each names a next page, so that the last one is missing
}

// Ignored is a column or a member that is not read.
type Ignored struct {
	Name string // control characters are escaped
	Rows int    // that have it
}

// Incomplete is a report of the reporting API that lacks pages.
type Incomplete struct {
	App         string
	Total, Rows int // rows of the report, and in the files
}

const (
	maxNotes    = 50    // of a kind
	maxNames    = 1_000 // of ignored columns that are counted
	maxNameSize = 100   // bytes of a name
)

// notes collects Notes.
type notes struct {
	Notes
	ignored map[string]*Ignored
	order   []*Ignored
	answers map[string]*Incomplete // by app
	last    bool                   // there is an answer that is the last page of a list
}

// ignore notes that rows have a column or a member that is not read.
func (n *notes) ignore(name string, rows int) {
	name = shortened(name)
	found := n.ignored[name]
	if found == nil {
		if len(n.order) == maxNames {
			return
		}
		if n.ignored == nil {
			n.ignored = make(map[string]*Ignored)
		}
		found = &Ignored{Name: OneLine(name)}
		n.ignored[name] = found
		n.order = append(n.order, found)
	}
	found.Rows += rows
}

// shortened returns at most the first maxNameSize bytes of a name.
func shortened(name string) string {
	if len(name) <= maxNameSize {
		return name
	}
	return strings.ToValidUTF8(name[:maxNameSize], "") + "…"
}

// row notes what is unusual in a valid row.
func (n *notes) row(row *Row) {
	if row.UnknownDetail != "" && !count(&n.UnknownDetails, row.UnknownDetail) {
		n.MoreDetails++
	}
	if row.translated != "" {
		count(&n.Translated, OneLine(shortened(row.translated)))
	}
}

// count counts a name, unless there are maxNotes others.
func count(counts *map[string]int, name string) bool {
	if *counts == nil {
		*counts = make(map[string]int)
	}
	if _, known := (*counts)[name]; !known && len(*counts) == maxNotes {
		return false
	}
	(*counts)[name]++
	return true
}

// answer notes one page of the report of an app, which has total rows.
func (n *notes) answer(app string, total, rows int) {
	found := n.answers[app]
	if found == nil {
		if len(n.answers) == maxNames {
			return
		}
		if n.answers == nil {
			n.answers = make(map[string]*Incomplete)
		}
		found = &Incomplete{App: app}
		n.answers[app] = found
	}
	found.Total = max(found.Total, total)
	found.Rows += rows
}

// page notes an answer, which has a next page or not.
func (n *notes) page(hasNext bool) {
	if hasNext {
		n.NextLinks++
	} else {
		n.last = true
	}
}

// result returns the notes.
func (n *notes) result() Notes {
	for _, i := range n.order[:min(len(n.order), maxNotes)] {
		n.Ignored = append(n.Ignored, *i)
	}
	n.MoreIgnored = max(len(n.order)-maxNotes, 0)
	for _, app := range slices.Sorted(maps.Keys(n.answers)) {
		if a := n.answers[app]; a.Total > a.Rows && len(n.Incomplete) < maxNotes {
			n.Incomplete = append(n.Incomplete, *a)
		}
	}
	if n.last {
		n.NextLinks = 0
	}
	return n.Notes
}
