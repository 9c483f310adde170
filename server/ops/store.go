package ops

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"installstatus/api/status"
	"installstatus/server/store/measure"
)

// Store is the store, with each call measured, and what the engine itself counts.
func (m *Metrics) Store(of status.Store) status.Store {
	if engine, ok := of.(measure.Store); ok {
		m.registry.MustRegister(engineCollector{engine})
	}
	return measured{Store: of, calls: m.calls}
}

// measured leaves alone what no request calls.
type measured struct {
	status.Store
	calls *prometheus.HistogramVec
}

// ended is to be deferred, with the time at which the call began.
func (m measured) ended(operation string, began time.Time, err *error) {
	m.calls.WithLabelValues(operation, outcomeOf(*err)).Observe(time.Since(began).Seconds())
}

// outcomeOf is "" for a success.
func outcomeOf(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, status.ErrNotFound):
		return "not_found"
	case errors.Is(err, status.ErrConditionNotMet):
		return "condition_not_met"
	case errors.Is(err, status.ErrUnavailable):
		return "unavailable"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "_OTHER"
}

// Get implements status.Store.
func (m measured) Get(ctx context.Context, tenant string, key status.Key) (s status.Status, err error) {
	defer m.ended("get", time.Now(), &err)
	return m.Store.Get(ctx, tenant, key)
}

// Update implements status.Store.
func (m measured) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (s status.Status, created bool, err error) {
	defer m.ended("update", time.Now(), &err)
	return m.Store.Update(ctx, tenant, key, patch, cond)
}

// Delete implements status.Store.
func (m measured) Delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) (err error) {
	defer m.ended("delete", time.Now(), &err)
	return m.Store.Delete(ctx, tenant, key, cond)
}

// List implements status.Store.
func (m measured) List(ctx context.Context, tenant string, query status.Query) (page status.Page, err error) {
	defer m.ended("list", time.Now(), &err)
	return m.Store.List(ctx, tenant, query)
}

// ListUsers implements status.Store.
func (m measured) ListUsers(ctx context.Context, tenant string, query status.Query) (page status.UserPage, err error) {
	defer m.ended("list_users", time.Now(), &err)
	return m.Store.ListUsers(ctx, tenant, query)
}

// Summarize implements status.Store.
func (m measured) Summarize(ctx context.Context, tenant, app string) (s status.Summary, err error) {
	defer m.ended("summarize", time.Now(), &err)
	return m.Store.Summarize(ctx, tenant, app)
}
