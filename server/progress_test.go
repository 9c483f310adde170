package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestWithoutATerminalProgressIsALineEveryFewSeconds(t *testing.T) {
	var to bytes.Buffer
	p := newProgress(&to)
	for _, part := range []struct {
		total int64
		want  string
	}{{200, "checking: 25 %\n"}, {-1, "checking: 50 bytes\n"}, {0, "checking: 50 bytes\n"}} {
		to.Reset()
		p.begin("checking", "bytes", part.total)
		p.at(20)
		if to.Len() > 0 {
			t.Errorf("a line at once: %s", &to)
		}
		p.reported = p.reported.Add(-progressInterval)
		p.at(50)
		p.at(60)
		p.end()
		if to.String() != part.want {
			t.Errorf("total %d: %s, want %s", part.total, &to, part.want)
		}
	}
}

func TestOnATerminalProgressIsABarThatIsRemoved(t *testing.T) {
	var to bytes.Buffer
	p := newProgress(&to)
	p.onTerminal = true
	p.begin("checking", "bytes", 200)
	time.Sleep(150 * time.Millisecond)
	p.at(100)
	if !strings.Contains(to.String(), "checking  50%") || strings.Contains(to.String(), "\n") {
		t.Errorf("%q", &to)
	}
	p.end()
	p.end()
	if last := to.String(); !strings.HasSuffix(last, "\r") {
		t.Errorf("%q", last)
	}
}
