package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The garbage collector settings of a server that is started without its own, as environment variables. A setting in the
// environment of this process applies to every server.
const (
	serverGOGC       = "400"
	serverGOMEMLIMIT = "512MiB"
)

// defaultCollector is Go's default.
func defaultCollector() collector { return collector{gogc: "100", limit: "off"} }

// collector is how a process collects garbage.
type collector struct{ gogc, limit string }

func (c collector) environment() []string {
	return []string{"GOGC=" + c.gogc, "GOMEMLIMIT=" + c.limit}
}

func (c collector) String() string { return strings.Join(c.environment(), " ") }

// series is a set of measurements for which the servers are not restarted.
type series struct {
	collector   collector
	rows        int
	connections []int
}

func (s series) String() string {
	return fmt.Sprintf("%s rows, %s", thousands(float64(s.rows)), s.collector)
}

// plan is what is measured.
type plan struct {
	series []series
	round  time.Duration // the length of a round
	rounds int           // for each row of a table
	busy   float64       // percent of the machine that other processes may use during a round
	limit  time.Duration // of the whole run
	peers  []string      // only these, if there are any
	out    string        // the directory for the results; "" for the pages that show them
}

func parsePlan(args []string) (plan, error) {
	var p plan
	var peers string
	own := collector{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	full := flags.Bool("full", false, "measure with 256 connections and 1,000,000 rows too, in 20 minutes at the most instead of 5")
	flags.StringVar(&own.gogc, "gogc", serverGOGC, "GOGC of all servers in the first table; needs -out")
	flags.StringVar(&own.limit, "gomemlimit", serverGOMEMLIMIT, "GOMEMLIMIT of all servers in the first table; needs -out")
	flags.StringVar(&p.out, "out", "", "put the results into this `directory`, which is made if it is missing, and leave the README alone")
	flags.DurationVar(&p.round, "round", 5*time.Second, "how long a round is; needs -out")
	flags.IntVar(&p.rounds, "rounds", 3, "how many rounds count for each server; needs -out")
	flags.Float64Var(&p.busy, "busy", 5, "set a round aside in which others took more than this `percentage` of the machine; needs -out")
	flags.StringVar(&peers, "peers", "", "measure these `servers` alone, with commas between them; needs -out")
	if err := flags.Parse(args); err != nil {
		return plan{}, err
	}
	var special bool
	flags.Visit(func(f *flag.Flag) { special = special || f.Name != "full" && f.Name != "out" })
	if peers != "" {
		p.peers = strings.Split(peers, ",")
	}
	switch {
	case special && p.out == "":
		return plan{}, errors.New("the README shows the standard run alone: say -out DIRECTORY too")
	case p.round < time.Second || p.rounds < 1:
		return plan{}, errors.New("-round must be 1s at least, and -rounds 1")
	}
	for _, name := range p.peers {
		if !slices.ContainsFunc(contenders(), func(c contender) bool { return c.name == name }) {
			return plan{}, fmt.Errorf("no server is called %s", name)
		}
	}
	p.limit = 5 * time.Minute
	p.series = []series{{own, 10_000, []int{64}}}
	if *full {
		p.limit = 20 * time.Minute
		p.series = []series{{own, 10_000, []int{64, 256}}, {own, 1_000_000, []int{64, 256}}}
	}
	if own != defaultCollector() {
		p.series = append(p.series, series{defaultCollector(), 10_000, []int{64}})
	}
	return p, nil
}
