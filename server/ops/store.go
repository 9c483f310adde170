package ops

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"installstatus/api/status"
	"installstatus/server/store/measure"
)

// Store implements Instruments. It also adds what the engine itself counts, if store is a measure.Store.
func (m *Metrics) Store(store status.Store) status.Store {
	if engine, ok := store.(measure.Store); ok {
		m.registry.MustRegister(engineCollector{engine})
	}
	return measured{store: store, calls: m.calls}
}

// measured is a status.Store that measures each call. It embeds nothing: a new method of status.Store does not compile here
// until it is measured too.
type measured struct {
	store status.Store
	calls *prometheus.HistogramVec
}

var _ status.Store = measured{}

// observe records the duration and the outcome of a call. It is deferred, with the time at which the call began.
func (m measured) observe(operation string, began time.Time, err *error) {
	m.calls.WithLabelValues(operation, outcomeOf(*err)).Observe(time.Since(began).Seconds())
}

// outcomeOf returns "" for a success.
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
	defer m.observe("get", time.Now(), &err)
	return m.store.Get(ctx, tenant, key)
}

// Update implements status.Store.
func (m measured) Update(ctx context.Context, tenant string, key status.Key, patch status.Patch, cond status.Cond) (s status.Status, created bool, err error) {
	defer m.observe("update", time.Now(), &err)
	return m.store.Update(ctx, tenant, key, patch, cond)
}

// Delete implements status.Store.
func (m measured) Delete(ctx context.Context, tenant string, key status.Key, cond status.Cond) (err error) {
	defer m.observe("delete", time.Now(), &err)
	return m.store.Delete(ctx, tenant, key, cond)
}

// List implements status.Store.
func (m measured) List(ctx context.Context, tenant string, query status.Query) (page status.Page, err error) {
	defer m.observe("list", time.Now(), &err)
	return m.store.List(ctx, tenant, query)
}

// ListUsers implements status.Store.
func (m measured) ListUsers(ctx context.Context, tenant string, query status.Query) (page status.UserPage, err error) {
	defer m.observe("list_users", time.Now(), &err)
	return m.store.ListUsers(ctx, tenant, query)
}

// Summarize implements status.Store.
func (m measured) Summarize(ctx context.Context, tenant, app string) (s status.Summary, err error) {
	defer m.observe("summarize", time.Now(), &err)
	return m.store.Summarize(ctx, tenant, app)
}

// Apps implements status.Store.
func (m measured) Apps(ctx context.Context, tenant string, query status.AppQuery) (page status.AppPage, err error) {
	defer m.observe("apps", time.Now(), &err)
	return m.store.Apps(ctx, tenant, query)
}

// Import implements status.Store.
func (m measured) Import(ctx context.Context, tenant, app string, rows []status.Imported) (written status.Written, err error) {
	defer m.observe("import", time.Now(), &err)
	return m.store.Import(ctx, tenant, app, rows)
}

// Ready implements status.Store. It is not measured: only health checks call it.
func (m measured) Ready(ctx context.Context) error { return m.store.Ready(ctx) }

// Close implements status.Store.
func (m measured) Close() error { return m.store.Close() }
