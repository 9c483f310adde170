package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress tells how far long work has come: by a bar on a terminal, elsewhere by a line every few seconds.
type progress struct {
	to         io.Writer
	onTerminal bool
	bar        *progressbar.ProgressBar // of the part that has begun, on a terminal
	doing      string
	total      int64
	told       time.Time
}

// between is the time between two lines.
const between = 5 * time.Second

func newProgress(to io.Writer) *progress {
	file, isFile := to.(*os.File)
	return &progress{to: to, onTerminal: isFile && term.IsTerminal(int(file.Fd()))}
}

// begin begins a part of the work, which is done at the total; -1 if that is not known.
func (p *progress) begin(doing string, total int64) {
	p.doing, p.total, p.told = doing, total, time.Now()
	if p.onTerminal {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(p.to),
			progressbar.OptionSetDescription(doing),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionFullWidth(),
			progressbar.OptionClearOnFinish(),
		)
	}
}

// at is told how much of the total is done, and how many rows that is.
func (p *progress) at(done int64, rows int) {
	switch {
	case p.bar != nil:
		_ = p.bar.Set64(done) // a bar that can't be drawn stops nothing
	case time.Since(p.told) < between:
	case p.total > 0:
		p.told = time.Now()
		fmt.Fprintf(p.to, "%s: %d rows, %d %%\n", p.doing, rows, 100*done/p.total)
	default:
		p.told = time.Now()
		fmt.Fprintf(p.to, "%s: %d rows\n", p.doing, rows)
	}
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
