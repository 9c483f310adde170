package ops

import (
	"github.com/prometheus/client_golang/prometheus"

	"installstatus/server/store/measure"
)

// engineCollector reads what an engine has counted at each scrape.
type engineCollector struct{ engine measure.Store }

var (
	connections = prometheus.NewDesc("db_client_connection_count", "Open connections to the database.", []string{"db_client_connection_state"}, nil)
	waits       = prometheus.NewDesc("db_client_connection_wait_time_seconds", "Time that calls waited for a connection.", nil, nil)
	waiting     = prometheus.NewDesc("installstatus_write_queue_length", "Writes that wait for a transaction.", nil, nil)
	groups      = prometheus.NewDesc("installstatus_commit_group_size", "Writes that share one transaction and its sync to disk.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c engineCollector) Describe(to chan<- *prometheus.Desc) {
	to <- connections
	to <- waits
	to <- waiting
	to <- groups
}

// Collect implements prometheus.Collector.
func (c engineCollector) Collect(to chan<- prometheus.Metric) {
	stats := c.engine.Stats()
	to <- prometheus.MustNewConstMetric(connections, prometheus.GaugeValue, float64(stats.Used), "used")
	to <- prometheus.MustNewConstMetric(connections, prometheus.GaugeValue, float64(stats.Idle), "idle")
	to <- prometheus.MustNewConstSummary(waits, stats.Waits, stats.Waited.Seconds(), nil)
	if stats.Grouping == nil {
		return
	}
	to <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(stats.Grouping.Waiting))
	buckets, commits := make(map[float64]uint64), uint64(0)
	for i, n := range stats.Grouping.Commits {
		commits += n
		buckets[float64(int(1)<<i)] = commits
	}
	to <- prometheus.MustNewConstHistogram(groups, commits, float64(stats.Grouping.Writes), buckets)
}
