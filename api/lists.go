package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"installstatus/api/contract"
	"installstatus/api/odata"
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/gen"
)

// ListDeviceStatuses implements the operation listDeviceStatuses.
func (a *API) ListDeviceStatuses(c echo.Context, app string, params gen.ListDeviceStatusesParams) error {
	return a.deviceStatuses.answer(c, status.Query{App: app}, params)
}

// ListUserDeviceStatuses implements the operation listUserDeviceStatuses.
func (a *API) ListUserDeviceStatuses(c echo.Context, app, user string, params gen.ListUserDeviceStatusesParams) error {
	return a.deviceStatuses.answer(c, status.Query{App: app, User: user}, options(params))
}

// CountDeviceStatuses implements the operation countDeviceStatuses.
func (a *API) CountDeviceStatuses(c echo.Context, app string, params gen.CountDeviceStatusesParams) error {
	return a.deviceStatuses.count(c, status.Query{App: app}, params.Filter)
}

// CountUserDeviceStatuses implements the operation countUserDeviceStatuses.
func (a *API) CountUserDeviceStatuses(c echo.Context, app, user string, params gen.CountUserDeviceStatusesParams) error {
	return a.deviceStatuses.count(c, status.Query{App: app, User: user}, params.Filter)
}

// The number of entities on a page, by default and at most.
const (
	defaultTop = 100
	maxTop     = 1000
)

// maxLink is the greatest length of an @odata.nextLink in bytes, as in the contract: about half of what net/http and many
// proxies accept before the body of a request.
const maxLink = 32 << 10

// options are the query options of a list.
type options = gen.ListDeviceStatusesParams

// lists answers all lists of one type of entity. R is what a store returns, E the entity in it.
type lists[R query.Row, E any] struct {
	schema  string // of the type, in the contract
	odata   *odata.Parser
	encoder *encoder[E]
	read    reader[R]
	entity  func(*R) *E
}

type reader[R query.Row] func(ctx context.Context, tenant string, q status.Query) (query.Page[R], error)

func newLists[R query.Row, E any](c *contract.Contract, schema string, encoder *encoder[E], read reader[R], entity func(*R) *E) (*lists[R, E], error) {
	parser, err := newParser(c, schema)
	if err != nil {
		return nil, err
	}
	return &lists[R, E]{schema: schema, odata: parser, encoder: encoder, read: read, entity: entity}, nil
}

// newParser returns a parser of query options for the type of a schema.
func newParser(c *contract.Contract, schema string) (*odata.Parser, error) {
	properties, err := c.Properties(schema)
	if err != nil {
		return nil, err
	}
	return odata.NewParser(properties)
}

// answer answers a list.
func (l *lists[R, E]) answer(c echo.Context, q status.Query, params options) error {
	r := c.Request()
	x := exchangeOf(r)
	tenant := x.caller.Tenant
	list := odata.List{Schema: l.schema, Tenant: tenant, App: q.App, User: q.User, Filter: valueOf(params.Filter), OrderBy: valueOf(params.Orderby)}
	selected, err := l.readOptions(&q, list, params)
	if err != nil {
		return err
	}
	link := linkTo(r)
	if len(link)+l.odata.LongestSkipToken(q.Sort()) > maxLink {
		return errLongLink
	}
	if err := x.room.enter(); err != nil {
		return err
	}
	defer func() { x.room.leave(int(c.Response().Size)) }()
	if err := x.reservePage(q.Limit); err != nil {
		return err
	}
	page, err := l.page(r.Context(), tenant, q)
	if err != nil {
		return err
	}
	if err := x.reserveAnswer(page.Size()); err != nil {
		return err
	}
	next := ""
	if page.More {
		next = link + odata.SkipToken(list, q.CursorOf(page.Rows[len(page.Rows)-1]))
	}
	writeBody(c.Response(), http.StatusOK, contentType, l.encode(page, q.Count, next, selected))
	return nil
}

// encode returns a page as the contract answers it. next is the address of the page after it, "" if there is none.
func (l *lists[R, E]) encode(page query.Page[R], count bool, next string, selected selection) []byte {
	size := 64 + len(next) + page.Size() + len(page.Rows)*l.encoder.overhead
	answer := append(make([]byte, 0, size), '{')
	if count {
		answer = strconv.AppendInt(append(answer, `"@odata.count":`...), int64(page.Count), 10)
		answer = append(answer, ',')
	}
	if next != "" {
		answer = appendString(append(answer, `"@odata.nextLink":`...), next)
		answer = append(answer, ',')
	}
	answer = append(answer, `"value":[`...)
	for i := range page.Rows {
		if i > 0 {
			answer = append(answer, ',')
		}
		answer = l.encoder.append(answer, l.entity(&page.Rows[i]), selected)
	}
	return append(answer, "]}"...)
}

// readOptions parses the options into the query, and returns the properties that $select names. An error describes every
// option that is wrong.
func (l *lists[R, E]) readOptions(q *status.Query, list odata.List, params options) (selected selection, err error) {
	var wrong badParameters
	if params.Filter != nil {
		q.Filter, err = l.odata.Filter(*params.Filter)
		wrong.add("$filter", err)
	}
	if params.Orderby != nil {
		q.Order, err = l.odata.OrderBy(*params.Orderby)
		wrong.add("$orderby", err)
	}
	selected, err = l.encoder.selectionIn(l.odata, params.Select)
	wrong.add("$select", err)
	if params.Skiptoken != nil {
		q.After, err = l.odata.ParseSkipToken(list, q.Sort(), *params.Skiptoken)
		wrong.add("$skiptoken", err)
	}
	if err = wrong.err(); err != nil {
		return 0, err
	}
	q.Limit = defaultTop
	if params.Top != nil {
		q.Limit = min(int(*params.Top), maxTop)
	}
	q.Skip = int(valueOf(params.Skip))
	q.Count = valueOf(params.Count) && q.After == nil
	return selected, nil
}

// count answers with the number of entities in a list.
func (l *lists[R, E]) count(c echo.Context, q status.Query, filter *string) error {
	top, count := int32(0), true
	if _, err := l.readOptions(&q, odata.List{}, options{Filter: filter, Top: &top, Count: &count}); err != nil {
		return err
	}
	r := c.Request()
	page, err := l.page(r.Context(), exchangeOf(r).caller.Tenant, q)
	if err != nil {
		return err
	}
	writeBody(c.Response(), http.StatusOK, "text/plain; charset=utf-8", strconv.AppendInt(nil, int64(page.Count), 10))
	return nil
}

// page reads a page. It has no entities if the request asks only for their number.
func (l *lists[R, E]) page(ctx context.Context, tenant string, q status.Query) (page query.Page[R], err error) {
	if q.Limit == 0 && !q.Count {
		return page, nil
	}
	counted := q
	counted.Limit = max(q.Limit, 1)
	page, err = l.read(ctx, tenant, counted)
	if q.Limit == 0 {
		page.Rows, page.More = nil, false
	}
	return page, err
}

// valueOf returns the value of an option, zero if it is not given.
func valueOf[T any](option *T) (value T) {
	if option != nil {
		value = *option
	}
	return value
}

// linkTo returns the address of a list's next page up to the value of its $skiptoken. It carries every other option.
func linkTo(r *http.Request) string {
	link := addressOf(r) + "?"
	options := r.URL.Query()
	options.Del("$skiptoken")
	for _, name := range slices.Sorted(maps.Keys(options)) {
		link += name + "=" + strings.ReplaceAll(url.QueryEscape(options.Get(name)), "+", "%20") + "&"
	}
	return link + "$skiptoken="
}

// errLongLink refuses a list at its first page, so that no page has a link that cannot be followed.
var errLongLink = badRequest(fmt.Sprintf("The address of the next page could be longer than %d bytes. Shorten $filter, or name fewer properties in $orderby.", maxLink))
