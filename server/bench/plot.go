package main

import (
	"fmt"
	"html"
	"strings"
)

// plot draws a table: a column of bars for the requests per second, and one for their cost. It suits a light page and a dark
// one.
func plot(r result) string {
	const (
		left, width, gap = 130, 260, 110 // of a column of bars, and the gap between columns
		top, step, bar   = 56, 34, 20
	)
	height := top + step*len(r.measured) + 8
	var to strings.Builder
	fmt.Fprintf(&to, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="14">
<style>text{fill:#1f2328}.dim{fill:#59636e}.bar{fill:#8c959f}.own{fill:#0969da}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.dim{fill:#9198a1}.bar{fill:#656c76}.own{fill:#4493f8}}</style>
`, left+2*width+gap+90, height)
	panels := []struct {
		title string
		of    func(measured) float64
		text  func(float64) string
	}{
		{"Requests a second (more is better)", measured.requests, thousands},
		{"CPU µs a request (less is better)", measured.cpu, decimal},
	}
	for i, panel := range panels {
		x := left + i*(width+gap)
		fmt.Fprintf(&to, "<text x=\"%d\" y=\"24\" font-weight=\"600\">%s</text>\n", x, html.EscapeString(panel.title))
		most := r.most(panel.of)
		for row, m := range r.measured {
			y := top + step*row
			if i == 0 {
				fmt.Fprintf(&to, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", left-10, y+15, html.EscapeString(m.name))
			}
			if len(m.rounds) == 0 {
				fmt.Fprintf(&to, "<text class=\"dim\" x=\"%d\" y=\"%d\">–</text>\n", x, y+15)
				continue
			}
			class, long := "bar", panel.of(m)/most*width
			if m.own {
				class = "own"
			}
			fmt.Fprintf(&to, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>", class, x, y, long, bar)
			fmt.Fprintf(&to, "<text class=\"dim\" x=\"%.1f\" y=\"%d\">%s</text>\n", float64(x)+long+8, y+15, panel.text(panel.of(m)))
		}
	}
	to.WriteString("</svg>\n")
	return to.String()
}

func (r result) most(of func(measured) float64) (most float64) {
	for _, m := range r.measured {
		if len(m.rounds) > 0 {
			most = max(most, of(m))
		}
	}
	return most
}
