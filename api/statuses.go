package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/gen"
)

// contentType is the Content-Type of every success with a body, spelled as Graph spells it.
const contentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// GetDeviceStatus implements the operation getDeviceStatus.
func (a *API) GetDeviceStatus(c echo.Context, app, id string, params gen.GetDeviceStatusParams) error {
	return a.get(c, status.Key{App: app, ID: id}, params.IfNoneMatch, params.Select)
}

// GetUserDeviceStatus implements the operation getUserDeviceStatus.
func (a *API) GetUserDeviceStatus(c echo.Context, app, user, id string, params gen.GetUserDeviceStatusParams) error {
	return a.get(c, status.Key{App: app, User: user, ID: id}, params.IfNoneMatch, params.Select)
}

// UpdateDeviceStatus implements the operation updateDeviceStatus.
func (a *API) UpdateDeviceStatus(c echo.Context, app, id string, params gen.UpdateDeviceStatusParams) error {
	return a.update(c, status.Key{App: app, ID: id}, condOf(params.IfMatch, params.IfNoneMatch), params.Prefer)
}

// UpdateUserDeviceStatus implements the operation updateUserDeviceStatus.
func (a *API) UpdateUserDeviceStatus(c echo.Context, app, user, id string, params gen.UpdateUserDeviceStatusParams) error {
	return a.update(c, status.Key{App: app, User: user, ID: id}, condOf(params.IfMatch, params.IfNoneMatch), params.Prefer)
}

// CreateDeviceStatus implements the operation createDeviceStatus.
func (a *API) CreateDeviceStatus(c echo.Context, app string, params gen.CreateDeviceStatusParams) error {
	return a.create(c, status.Key{App: app}, params.Prefer)
}

// CreateUserDeviceStatus implements the operation createUserDeviceStatus.
func (a *API) CreateUserDeviceStatus(c echo.Context, app, user string, params gen.CreateUserDeviceStatusParams) error {
	return a.create(c, status.Key{App: app, User: user}, params.Prefer)
}

// DeleteDeviceStatus implements the operation deleteDeviceStatus.
func (a *API) DeleteDeviceStatus(c echo.Context, app, id string, params gen.DeleteDeviceStatusParams) error {
	return a.delete(c, status.Key{App: app, ID: id}, condOf(params.IfMatch, params.IfNoneMatch))
}

// DeleteUserDeviceStatus implements the operation deleteUserDeviceStatus.
func (a *API) DeleteUserDeviceStatus(c echo.Context, app, user, id string, params gen.DeleteUserDeviceStatusParams) error {
	return a.delete(c, status.Key{App: app, User: user, ID: id}, condOf(params.IfMatch, params.IfNoneMatch))
}

func (a *API) get(c echo.Context, key status.Key, ifNoneMatch, properties *string) error {
	selected, err := deviceStatusJSON.selectOne(a.deviceStatuses.odata, properties)
	if err != nil {
		return err
	}
	r := c.Request()
	s, err := a.store.Get(r.Context(), exchangeOf(r).caller.Tenant, key)
	if err != nil {
		return err
	}
	if !notModified(c, ifNoneMatch, s.ETag()) {
		deviceStatusJSON.write(c.Response(), http.StatusOK, &s, selected)
	}
	return nil
}

// notModified sets the ETag of a read, and answers it with 304 if the client has the entity already.
func notModified(c echo.Context, ifNoneMatch *string, etag string) bool {
	w := c.Response()
	w.Header().Set("ETag", etag)
	tags := weakTags(ifNoneMatch)
	if !slices.Contains(tags, etag) && !slices.Contains(tags, "*") {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

func condOf(ifMatch, ifNoneMatch *string) status.Cond {
	return status.Cond{IfMatch: entityTags(ifMatch), IfNoneMatch: weakTags(ifNoneMatch)}
}

func (a *API) update(c echo.Context, key status.Key, cond status.Cond, prefer *string) error {
	preferred := parsePrefer(prefer)
	cond.CreateIfMissing = preferred.createIfMissing
	s, created, err := a.write(c, key, cond)
	if errors.Is(err, status.ErrNotFound) && !cond.CreateIfMissing {
		return errNothingToUpdate
	}
	if err != nil {
		return err
	}
	code := http.StatusOK
	if created {
		code = http.StatusCreated
		c.Response().Header().Set("Location", addressOf(c.Request()))
	}
	writeEntity(c, code, s, preferred, created)
	return nil
}

func (a *API) create(c echo.Context, key status.Key, prefer *string) error {
	key.ID = uuid.NewString()
	s, _, err := a.write(c, key, status.Cond{CreateIfMissing: true})
	if err != nil {
		return err
	}
	c.Response().Header().Set("Location", addressOf(c.Request())+"/"+key.ID)
	preferred := parsePrefer(prefer)
	preferred.createIfMissing = false // a POST always creates
	writeEntity(c, http.StatusCreated, s, preferred, false)
	return nil
}

func (a *API) write(c echo.Context, key status.Key, cond status.Cond) (status.Status, bool, error) {
	x := exchangeOf(c.Request())
	patch, err := patchOf(x.body)
	if err != nil {
		return status.Status{}, false, err
	}
	return a.store.Update(c.Request().Context(), x.caller.Tenant, key, patch, cond)
}

// writeEntity answers a write as the preferences ask. created reports whether create-if-missing created the entity.
func writeEntity(c echo.Context, code int, s status.Status, preferred preferences, created bool) {
	w := c.Response()
	w.Header().Set("ETag", s.ETag())
	if applied := preferred.applied(created); applied != "" {
		w.Header().Set("Preference-Applied", applied)
	}
	if preferred.returning == "minimal" {
		if location := w.Header().Get("Location"); location != "" {
			w.Header().Set(entityID, location)
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	deviceStatusJSON.write(w, code, &s, everything)
}

func (a *API) delete(c echo.Context, key status.Key, cond status.Cond) error {
	r := c.Request()
	if err := a.store.Delete(r.Context(), exchangeOf(r).caller.Tenant, key, cond); err != nil {
		return err
	}
	c.Response().WriteHeader(http.StatusNoContent)
	return nil
}

// originOf returns the scheme and the host that the client sent the request to.
func originOf(r *http.Request) string {
	scheme := r.URL.Scheme
	switch {
	case scheme != "":
	case r.TLS != nil:
		scheme = "https"
	default:
		scheme = "http"
	}
	return scheme + "://" + r.Host
}

// addressOf returns the URL of the request without its query, as its client wrote it except for upper and lower case of segments and
// of a GUID of an app. The ids . and .. are in parentheses, since clients remove such segments from a URL (RFC 3986, 5.2.4).
func addressOf(r *http.Request) string {
	address := originOf(r)
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/") {
		if segment == "." || segment == ".." {
			address += "('" + segment + "')"
		} else {
			address += "/" + segment
		}
	}
	return address
}

// patchOf returns the patch in the body of an update that the contract has accepted.
func patchOf(body any) (p status.Patch, err error) {
	properties, ok := body.(map[string]any)
	if !ok {
		return p, errors.New("the body of an update was not validated")
	}
	for name, value := range properties {
		if name == "@odata.type" || name == query.ID { // the contract has checked them; they change nothing
			continue
		}
		v, err := valueIn(value)
		if err == nil {
			err = p.Set(name, v)
		}
		if err != nil {
			return status.Patch{}, fmt.Errorf("reading the accepted property %s: %w", name, err)
		}
	}
	return p, nil
}

// valueIn returns the value of a decoded JSON string, number or null.
func valueIn(decoded any) (query.Value, error) {
	switch decoded := decoded.(type) {
	case nil:
		return query.Value{}, nil
	case string:
		return query.TextValue(decoded), nil
	case json.Number:
		n, err := strconv.ParseInt(decoded.String(), 10, 64)
		return query.NumberValue(n), err
	default:
		return query.Value{}, fmt.Errorf("%T is not a value of a property", decoded)
	}
}
