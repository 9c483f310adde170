// Package ops shows operators how the server is doing: profiles, and metrics for Prometheus under the names of
// OpenTelemetry's semantic conventions. No label contains a tenant, an id, a path or a name, so each metric has a bounded
// number of series.
package ops

import (
	"net/http"
	"net/http/pprof"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"installstatus/api"
)

// Metrics are the metrics of one server.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	active   *prometheus.GaugeVec
	batched  *prometheus.CounterVec
	calls    *prometheus.HistogramVec
}

// New returns the metrics of the Go runtime, of the process and of a server that uses them as its Instruments.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_server_request_duration_seconds",
			Help:    "Duration of the API's requests.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10},
		}, []string{"http_request_method", "http_route", "http_response_status_code"}),
		active: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "http_server_active_requests",
			Help: "Requests of the API in flight.",
		}, []string{"http_request_method"}),
		batched: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "installstatus_batch_requests_total",
			Help: "Requests inside batches.",
		}, []string{"http_request_method", "http_route", "http_response_status_code"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "db_client_operation_duration_seconds",
			Help:    "Duration of calls to the store, including the time they wait.",
			Buckets: []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"db_operation_name", "error_type"}),
	}
	m.registry.MustRegister(m.requests, m.active, m.batched, m.calls,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe implements Instruments.
func (m *Metrics) Observe(x api.Exchange) {
	if x.InBatch {
		m.batched.WithLabelValues(methodOf(x.Method), x.Route, strconv.Itoa(x.Status)).Inc()
		return
	}
	m.requests.WithLabelValues(methodOf(x.Method), x.Route, strconv.Itoa(x.Status)).Observe(x.Duration.Seconds())
}

// Active implements Instruments.
func (m *Metrics) Active(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		active := m.active.WithLabelValues(methodOf(r.Method))
		active.Inc()
		defer active.Dec()
		next.ServeHTTP(w, r)
	})
}

// Lookups implements Instruments.
func (m *Metrics) Lookups(lookups func() (hits, misses uint64)) {
	for _, result := range []string{"hit", "miss"} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name:        "installstatus_token_cache_lookups_total",
			Help:        "Lookups in the cache of verified tokens.",
			ConstLabels: prometheus.Labels{"result": result},
		}, func() float64 {
			hits, misses := lookups()
			if result == "hit" {
				return float64(hits)
			}
			return float64(misses)
		}))
	}
}

// Handler returns a handler that serves /metrics, and profiles at /debug/pprof/ but for the command line, which may have passwords.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// methodOf returns a method of HTTP, or _OTHER: clients may send any word.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return method
	}
	return "_OTHER"
}
