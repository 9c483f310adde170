package transfer

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// Problems lists the problems of rows and counts them by kind. Its memory is bounded, however many there are.
type Problems struct {
	Count int // of all

	to      io.Writer
	several bool
	hint    func(*RowError, Problem) string
	report  *Report
	kinds   map[kindKey]*Kind
	other   Kind // of all that are not in kinds
}

// Kind is a kind of problem: a column and a reason. Both are "" for all kinds after the first maxKinds.
type Kind struct {
	Column, Reason string
	Count          int
}

type kindKey struct{ column, reason string }

const (
	maxKinds  = 200 // a file can have another reason in each row
	maxListed = 20  // problems of a kind
)

// NewProblems returns Problems that lists to to, one problem a line: line, column and reason, separated by tabs. If several is
// true, the line names the file too. hint returns what to append to a reason. All problems are also added to the report.
func NewProblems(to io.Writer, several bool, hint func(*RowError, Problem) string, report *Report) *Problems {
	return &Problems{to: to, several: several, hint: hint, report: report, kinds: make(map[kindKey]*Kind)}
}

// Add adds the problems of a row.
func (p *Problems) Add(row *RowError) error {
	for _, problem := range row.Problems {
		problem.Reason += p.hint(row, problem)
		if err := p.add(row, problem); err != nil {
			return err
		}
	}
	return nil
}

func (p *Problems) add(row *RowError, problem Problem) error {
	p.Count++
	if err := p.report.add(row, problem); err != nil {
		return err
	}
	kind := p.kindOf(problem)
	if kind.Count++; kind.Count > maxListed {
		return nil
	}
	where := "line " + strconv.Itoa(row.Line)
	if p.several {
		where = row.Origin.String() + ": " + where
	}
	_, err := fmt.Fprintf(p.to, "%s\t%s\t%s\n", where, row.column(problem), problem.Reason)
	return err
}

func (p *Problems) kindOf(problem Problem) *Kind {
	key := kindKey{problem.Column, problem.Reason}
	kind := p.kinds[key]
	switch {
	case kind != nil:
		return kind
	case len(p.kinds) == maxKinds:
		return &p.other
	}
	kind = &Kind{Column: problem.Column, Reason: problem.Reason}
	p.kinds[key] = kind
	return kind
}

// End lists how many problems of each kind were not listed, and completes the report. err is that of Plan, if it ended early.
func (p *Problems) End(err error) error {
	return cmp.Or(p.listMore(), p.report.commit(err))
}

func (p *Problems) listMore() error {
	for _, kind := range p.Kinds() {
		if kind.Count <= maxListed {
			continue
		}
		reason := cmp.Or(kind.Reason, "other reasons")
		if _, err := fmt.Fprintf(p.to, "and %s more like it\t%s\t%s\n", thousands(kind.Count-maxListed), kind.Column, reason); err != nil {
			return err
		}
	}
	return nil
}

// Kinds returns the kinds of problems, the most frequent first. The last one has neither column nor reason if there were too
// many kinds.
func (p *Problems) Kinds() []Kind {
	var kinds []Kind
	for kind := range maps.Values(p.kinds) {
		kinds = append(kinds, *kind)
	}
	slices.SortFunc(kinds, func(a, b Kind) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Reason, b.Reason))
	})
	if p.other.Count > 0 {
		kinds = append(kinds, p.other)
	}
	return kinds
}

// Summarize writes the most frequent kinds with their counts, unless the list is short anyway.
func (p *Problems) Summarize(to io.Writer) {
	kinds := p.Kinds()
	if p.Count <= maxListed {
		return
	}
	fmt.Fprintf(to, "problems: %s\n", thousands(p.Count))
	left := p.Count
	for _, kind := range kinds[:min(len(kinds), maxListed)] {
		if kind.Reason != "" {
			fmt.Fprintf(to, "%9s  %s: %s\n", thousands(kind.Count), cmp.Or(kind.Column, "row"), kind.Reason)
			left -= kind.Count
		}
	}
	if left > 0 {
		fmt.Fprintf(to, "%9s  for other reasons\n", thousands(left))
	}
}

// thousands returns a number with commas between its thousands.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
