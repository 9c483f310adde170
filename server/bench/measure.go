package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// result is a table: every server with the same work.
type result struct {
	collector   collector
	rows        int
	connections int
	measured    []measured
}

// measured is a server's result in the rounds that count.
type measured struct {
	contender
	rounds []round
	aside  int   // rounds discarded because other processes used too much
	memory int64 // peak, in bytes
}

// measure returns a table for each number of connections.
func measure(ctx context.Context, h *house, p plan, s series, deadline time.Time) (results []result, err error) {
	var processes []*process
	defer func() {
		for _, process := range processes {
			process.stop()
		}
	}()
	own := []int{os.Getpid()}
	for _, c := range contenders() {
		if p.peers != nil && !slices.Contains(p.peers, c.name) {
			continue
		}
		fmt.Fprint(os.Stderr, c.name, " ")
		process, err := start(ctx, c, s.rows, s.collector)
		if err != nil {
			return nil, err
		}
		processes, own = append(processes, process), append(own, process.pid())
		if err := process.check(ctx, h.token, s.rows); err != nil {
			return nil, fmt.Errorf("%s: %w; if the rows are from another time, remove server/bench/out", c.name, err)
		}
	}
	fmt.Fprintln(os.Stderr, "are ready and answer what they should")
	for i, connections := range s.connections {
		left := time.Until(deadline) / time.Duration(len(s.connections)-i)
		g := group{plan: p, rows: s.rows, connections: connections, others: others{own: own, cores: h.machine.cores}, until: time.Now().Add(left)}
		if err := g.measure(ctx, processes); err != nil {
			return nil, err
		}
		results = append(results, result{collector: s.collector, rows: s.rows, connections: connections, measured: g.results})
	}
	for _, process := range processes {
		if err := newChecker(process, h.token, s.rows).kept(ctx, 200); err != nil {
			return nil, fmt.Errorf("%s, after the rounds: %w", process.name, err)
		}
	}
	return results, nil
}

// check checks the responses of a server that has just started.
func (p *process) check(ctx context.Context, token string, rows int) error {
	c := newChecker(p, token, rows)
	defer c.client.CloseIdleConnections()
	if err := c.learn(ctx, p.texts()); err != nil {
		return err
	}
	return c.hold(ctx, 2000)
}

// texts is the file with the requests that load.lua sends to the server.
func (p *process) texts() string { return outDir + "/" + p.name + ".texts" }

// group is the measurements of one table.
type group struct {
	plan
	rows, connections int
	others            others
	until             time.Time
	results           []measured
}

// measure interleaves the servers: in each pass every server gets one round, and each pass starts with another server. It ends
// when every server has enough rounds that count, or when the time is up.
func (g *group) measure(ctx context.Context, processes []*process) error {
	for _, process := range processes {
		g.results = append(g.results, measured{contender: process.contender})
		if err := forgetPeak(process.pid()); err != nil {
			return err
		}
	}
	for pass := 0; g.wanting(); pass++ {
		for i := range processes {
			i = (i + pass) % len(processes)
			m := &g.results[i]
			if len(m.rounds) == g.rounds {
				continue
			}
			if time.Now().Add(g.round + time.Second).After(g.until) {
				return g.weigh(processes)
			}
			r, err := processes[i].load(ctx, processes[i].texts(), g.rows, g.connections, g.round, pass+1, &g.others)
			if err != nil {
				return fmt.Errorf("%s, %d connections: %w", m.name, g.connections, err)
			}
			note := ""
			if r.others > g.busy {
				m.aside++
				note = ", set aside"
			} else {
				m.rounds = append(m.rounds, r)
			}
			fmt.Fprintf(os.Stderr, "%-14s %3d connections %8s req/s %6.1f µs, others took %.1f %%%s\n",
				m.name, g.connections, thousands(r.requests), microseconds(r.cpu), r.others, note)
		}
	}
	return g.weigh(processes)
}

func (g *group) wanting() bool {
	return slices.ContainsFunc(g.results, func(m measured) bool { return len(m.rounds) < g.rounds })
}

func (g *group) weigh(processes []*process) (err error) {
	for i, process := range processes {
		if g.results[i].memory, err = peakMemory(process.pid()); err != nil {
			return err
		}
	}
	return nil
}

// planned is about how long a series takes if no round is discarded: creating the rows, checking and measuring.
func (p plan) planned(s series) time.Duration {
	servers := len(contenders())
	if p.peers != nil {
		servers = len(p.peers)
	}
	return time.Duration(s.rows)*250*time.Microsecond + time.Duration(servers)*3*time.Second +
		time.Duration(len(s.connections)*servers*p.rounds)*(p.round+time.Second/4)
}

func unmeasured(results []result) (n int) {
	for _, r := range results {
		for _, m := range r.measured {
			if len(m.rounds) == 0 {
				n++
			}
		}
	}
	return n
}
