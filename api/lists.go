package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"installstatus/api/contract"
	"installstatus/api/odata"
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

// The number of entities on a page, where $top is not given and at most.
const (
	defaultTop = 100
	maxTop     = 1000
)

// maxLink is how many bytes an @odata.nextLink may have, as in the contract: about half of what net/http and many proxies read
// of a request before its body.
const maxLink = 32 << 10

// options are the query options of a list.
type options = gen.ListDeviceStatusesParams

// lists are all lists of entities of one type.
type lists[L status.Listed] struct {
	schema string // of the type, in the contract
	odata  *odata.Parser
	read   reader[L]
	entity func(L) any // as the contract answers it
}

type reader[L status.Listed] func(ctx context.Context, tenant string, query status.Query) (status.Part[L], error)

func newLists[L status.Listed](c *contract.Contract, schema string, read reader[L], entity func(L) any) (*lists[L], error) {
	properties, err := c.Properties(schema)
	if err != nil {
		return nil, err
	}
	return &lists[L]{schema: schema, odata: odata.NewParser(properties), read: read, entity: entity}, nil
}

func (l *lists[L]) answer(c echo.Context, query status.Query, params options) error {
	r := c.Request()
	x := exchangeOf(r)
	tenant := x.caller.Tenant
	list := odata.List{Schema: l.schema, Tenant: tenant, App: query.App, User: query.User, Filter: valueOf(params.Filter), OrderBy: valueOf(params.Orderby)}
	selected, err := l.readOptions(&query, list, params)
	if err != nil {
		return err
	}
	link := linkTo(r)
	if len(link)+l.odata.LongestSkipToken(query.Sort()) > maxLink {
		return errLongLink
	}
	if err := x.room.enter(); err != nil {
		return err
	}
	defer func() { x.room.leave(int(c.Response().Size)) }()
	page, err := l.page(r.Context(), tenant, query)
	if err != nil {
		return err
	}
	answer := collection{Value: make([]json.RawMessage, len(page.Rows))}
	for i, row := range page.Rows {
		answer.Value[i] = selectFrom(encode(l.entity(row)), selected)
	}
	if query.Count {
		answer.Count = &page.Count
	}
	if page.More {
		last := page.Rows[len(page.Rows)-1]
		answer.NextLink = link + odata.SkipToken(list, query.CursorOf(last))
	}
	writeJSON(c.Response(), http.StatusOK, contentType, answer)
	return nil
}

// readOptions reads the options into the query. It gives the properties that $select names, nil for all. An error tells of
// every option that is wrong.
func (l *lists[L]) readOptions(query *status.Query, list odata.List, params options) (selected []status.Property, err error) {
	var wrong badParameters
	if params.Filter != nil {
		query.Filter, err = l.odata.Filter(*params.Filter)
		wrong.add("$filter", err)
	}
	if params.Orderby != nil {
		query.Order, err = l.odata.OrderBy(*params.Orderby)
		wrong.add("$orderby", err)
	}
	if params.Select != nil {
		selected, err = l.odata.Select(*params.Select)
		wrong.add("$select", err)
	}
	if params.Skiptoken != nil {
		query.After, err = l.odata.ParseSkipToken(list, query.Sort(), *params.Skiptoken)
		wrong.add("$skiptoken", err)
	}
	if err = wrong.err(); err != nil {
		return nil, err
	}
	query.Limit = defaultTop
	if params.Top != nil {
		query.Limit = min(int(*params.Top), maxTop)
	}
	query.Skip = int(valueOf(params.Skip))
	query.Count = valueOf(params.Count) && query.After == nil
	return selected, nil
}

// page reads a page, which may be of no entities if only their number is asked for.
func (l *lists[L]) page(ctx context.Context, tenant string, query status.Query) (status.Part[L], error) {
	if query.Limit == 0 && !query.Count {
		return status.Part[L]{}, nil
	}
	counted := query
	counted.Limit = max(query.Limit, 1)
	page, err := l.read(ctx, tenant, counted)
	if query.Limit == 0 {
		page.Rows, page.More = nil, false
	}
	return page, err
}

// valueOf is the value of an option, zero where it is not given.
func valueOf[T any](option *T) (value T) {
	if option != nil {
		value = *option
	}
	return value
}

// collection is gen.MobileAppInstallStatusCollectionResponse, or that of another type, with its entities encoded already,
// since the model of a selected entity cannot tell null from what was not selected.
type collection struct {
	Count    *int              `json:"@odata.count,omitempty"`
	NextLink string            `json:"@odata.nextLink,omitempty"`
	Value    []json.RawMessage `json:"value"`
}

// selectFrom is an encoded entity with the selected properties alone, beside its type and id; nil selects all.
func selectFrom(entity json.RawMessage, selected []status.Property) json.RawMessage {
	if selected == nil {
		return entity
	}
	kept := []byte("{")
	members := json.NewDecoder(bytes.NewReader(entity))
	_, _ = members.Token() // its {
	for members.More() {
		name, _ := members.Token()
		var value json.RawMessage
		if err := members.Decode(&value); err != nil {
			panic(fmt.Errorf("reading an encoded entity: %w", err)) // encode wrote it
		}
		if name == "@odata.type" || name == "id" || slices.Contains(selected, status.Property(fmt.Sprint(name))) {
			kept = fmt.Appendf(kept, "%q:%s,", name, value)
		}
	}
	return append(bytes.TrimSuffix(kept, []byte(",")), '}')
}

// linkTo is the address of a list's next page, every option of this one, up to where its $skiptoken begins.
func linkTo(r *http.Request) string {
	link := addressOf(r) + "?"
	options := r.URL.Query()
	options.Del("$skiptoken")
	for _, name := range slices.Sorted(maps.Keys(options)) {
		link += name + "=" + url.QueryEscape(options.Get(name)) + "&"
	}
	return link + "$skiptoken="
}

// errLongLink refuses a list from its first page on, rather than to answer a page whose link cannot be followed.
var errLongLink = badRequest(fmt.Sprintf("The address of the next page could be longer than %d bytes. Shorten $filter, or name fewer properties in $orderby.", maxLink))
