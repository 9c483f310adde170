package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress reports the progress of a long task: with a bar on a terminal, else with a line every few seconds.
type progress struct {
	to         io.Writer
	onTerminal bool
	bar        *progressbar.ProgressBar // nil unless a step runs on a terminal
	step       string
	unit       string
	total      int64     // -1 if unknown
	reported   time.Time // time of the last line
}

const progressInterval = 5 * time.Second // between two lines

func newProgress(to io.Writer) *progress {
	file, isFile := to.(*os.File)
	return &progress{to: to, onTerminal: isFile && term.IsTerminal(int(file.Fd()))}
}

// begin begins a step with a total number of units, -1 if unknown.
func (p *progress) begin(step, unit string, total int64) {
	p.step, p.unit, p.total, p.reported = step, unit, total, time.Now()
	if p.onTerminal {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(p.to),
			progressbar.OptionSetDescription(step),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionFullWidth(),
			progressbar.OptionClearOnFinish(),
		)
	}
}

// at reports that so many units of the step are done.
func (p *progress) at(done int64) {
	switch {
	case p.bar != nil:
		_ = p.bar.Set64(done) // the work goes on even if the bar cannot be drawn
	case time.Since(p.reported) < progressInterval:
	case p.total > 0:
		p.reported = time.Now()
		fmt.Fprintf(p.to, "%s: %d %%\n", p.step, 100*done/p.total)
	default:
		p.reported = time.Now()
		fmt.Fprintf(p.to, "%s: %d %s\n", p.step, done, p.unit)
	}
}

// clear removes the bar until the next call of at, so that a line can be printed.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// end ends the step and removes the bar.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
