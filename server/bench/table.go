package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// page returns everything about a run, as Markdown.
func page(h *house, p plan, results []result) string {
	var to strings.Builder
	fmt.Fprintf(&to, "# What one PATCH costs, here and elsewhere\n\nWritten by `make bench` on %s, on %s. %s\n\n![](results.svg)\n",
		time.Now().Format("2 January 2006"), h.machine, legend(p))
	for i, r := range results {
		if i == 0 || r.collector != results[i-1].collector {
			fmt.Fprintf(&to, "\n## All at %s\n", r.name())
		}
		fmt.Fprintf(&to, "\n%s connections, %s rows:\n\n%s%s", thousands(float64(r.connections)), thousands(float64(r.rows)), r.table(h), r.asides(p))
	}
	return to.String()
}

// brief returns what the project's README shows: the first table without ratios.
func brief(h *house, results []result) string {
	var to strings.Builder
	to.WriteString("| PATCH | requests/s | p50 ms | p99 ms | CPU µs |\n|---|---|---|---|---|\n")
	for _, m := range results[0].measured {
		fmt.Fprintf(&to, "| %s |", m.description(h))
		for _, column := range columns()[:4] {
			fmt.Fprintf(&to, " %s |", m.cell(column))
		}
		to.WriteString("\n")
	}
	return to.String()
}

// summary returns what README.md shows: the first table.
func summary(h *house, p plan, results []result) string {
	r := results[0]
	return fmt.Sprintf("%s%s\n![Requests a second and CPU time a request](results.svg)\n\n"+
		"Measured on %s, on %s; all servers at %s, %d connections, %s rows. %s [All of it](results.md).\n",
		r.table(h), r.asides(p), time.Now().Format("2 January 2006"), h.machine, r.name(), r.connections, thousands(float64(r.rows)), legend(p))
}

func legend(p plan) string {
	return fmt.Sprintf("Each figure is the median of rounds of %s; in parentheses, how many times that of `raw` and that of `stock` it is. "+
		"Latencies are those of wrk, which corrects them for requests that it could not send meanwhile. "+
		"CPU is that of the server's process, for one request; memory is the most that it had.", p.round)
}

func (r result) name() string {
	if r.collector == defaultCollector() {
		return "Go's default garbage collector settings"
	}
	return "this server's garbage collector settings, `" + r.collector.String() + "`"
}

func (r result) table(h *house) string {
	var to strings.Builder
	to.WriteString("| server | |")
	for _, column := range columns() {
		fmt.Fprintf(&to, " %s (× %s · × %s) |", column.name, raw, stock)
	}
	to.WriteString(" rounds |\n|---|---|---|---|---|---|---|---|\n")
	for _, m := range r.measured {
		fmt.Fprintf(&to, "| `%s` | %s |", m.name, m.description(h))
		for _, column := range columns() {
			fmt.Fprintf(&to, " %s |", r.cell(m, column))
		}
		fmt.Fprintf(&to, " %d |\n", len(m.rounds))
	}
	return to.String()
}

// asides reports the rounds that do not count.
func (r result) asides(p plan) string {
	var aside, of int
	for _, m := range r.measured {
		aside, of = aside+m.aside, of+m.aside+len(m.rounds)
	}
	if aside == 0 {
		return fmt.Sprintf("\nIn none of the %d rounds did other processes take more than %g %% of the machine.\n", of, p.busy)
	}
	return fmt.Sprintf("\n%d of %d rounds were set aside: other processes took more than %g %% of the machine.\n", aside, of, p.busy)
}

func (c contender) description(h *house) string {
	versions := make([]any, len(c.modules))
	for i, module := range c.modules {
		versions[i] = h.versions[module]
	}
	return fmt.Sprintf(c.about, versions...)
}

// column is a figure of a table.
type column struct {
	name string
	of   func(measured) float64
	text func(float64) string
}

func columns() []column {
	return []column{
		{"req/s", measured.requests, thousands},
		{"p50 ms", func(m measured) float64 { return m.median(func(r round) float64 { return milliseconds(r.p50) }) }, decimal},
		{"p99 ms", func(m measured) float64 { return m.median(func(r round) float64 { return milliseconds(r.p99) }) }, decimal},
		{"CPU µs", measured.cpu, decimal},
		{"peak MiB", func(m measured) float64 { return float64(m.memory) / (1 << 20) }, thousands},
	}
}

func (m measured) requests() float64 {
	return m.median(func(r round) float64 { return r.requests })
}

func (m measured) cpu() float64 {
	return m.median(func(r round) float64 { return microseconds(r.cpu) })
}

func (m measured) median(of func(round) float64) float64 {
	var values []float64
	for _, r := range m.rounds {
		values = append(values, of(r))
	}
	return median(values)
}

func (r result) cell(m measured, c column) string {
	if len(m.rounds) == 0 {
		return m.cell(c)
	}
	var ratios []string
	for _, other := range r.measured {
		if (other.name == raw || other.name == stock) && len(other.rounds) > 0 {
			ratios = append(ratios, strconv.FormatFloat(c.of(m)/c.of(other), 'f', 2, 64))
		}
	}
	return m.cell(c) + " (" + strings.Join(ratios, " · ") + ")"
}

func (m measured) cell(c column) string {
	if len(m.rounds) == 0 {
		return "–"
	}
	return c.text(c.of(m))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// thousands formats a whole number with a comma between thousands.
func thousands(f float64) string {
	text := strconv.FormatFloat(f, 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
