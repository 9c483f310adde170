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

	"installstatus/api/status"
	"installstatus/gen"
)

// contentType is that of every success with a body, as Graph spells it.
const contentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// GetDeviceStatus implements the operation getDeviceStatus.
func (a *API) GetDeviceStatus(c echo.Context, app, id string, params gen.GetDeviceStatusParams) error {
	return a.get(c, status.Key{App: app, ID: id}, params.IfNoneMatch)
}

// GetUserDeviceStatus implements the operation getUserDeviceStatus.
func (a *API) GetUserDeviceStatus(c echo.Context, app, user, id string, params gen.GetUserDeviceStatusParams) error {
	return a.get(c, status.Key{App: app, User: user, ID: id}, params.IfNoneMatch)
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

func (a *API) get(c echo.Context, key status.Key, ifNoneMatch *string) error {
	r := c.Request()
	s, err := a.store.Get(r.Context(), exchangeOf(r).caller.Tenant, key)
	if err != nil {
		return err
	}
	answerRead(c, ifNoneMatch, s.ETag(), entityOf(s))
	return nil
}

// answerRead answers a read of one entity, or that it still is what the client has.
func answerRead(c echo.Context, ifNoneMatch *string, etag string, entity any) {
	w := c.Response()
	w.Header().Set("ETag", etag)
	if tags := weakTags(ifNoneMatch); slices.Contains(tags, etag) || slices.Contains(tags, "*") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	writeJSON(w, http.StatusOK, contentType, entity)
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
	preferred.createIfMissing = false // which a POST does anyway
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

// writeEntity answers with what was written, in the form that the preferences ask for. created says that create-if-missing
// created it.
func writeEntity(c echo.Context, code int, s status.Status, preferred preferences, created bool) {
	w := c.Response()
	w.Header().Set("ETag", s.ETag())
	if applied := preferred.applied(created); applied != "" {
		w.Header().Set("Preference-Applied", applied)
	}
	if preferred.returning == "minimal" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeJSON(w, code, contentType, entityOf(s))
}

func (a *API) delete(c echo.Context, key status.Key, cond status.Cond) error {
	r := c.Request()
	if err := a.store.Delete(r.Context(), exchangeOf(r).caller.Tenant, key, cond); err != nil {
		return err
	}
	c.Response().WriteHeader(http.StatusNoContent)
	return nil
}

// addressOf is the address of the request, without its query, as its client wrote it except for upper and lower case. The ids
// . and .. stand in parentheses: as segments of their own clients would take them out (RFC 3986, 5.2.4).
func addressOf(r *http.Request) string {
	scheme := r.URL.Scheme
	switch {
	case scheme != "":
	case r.TLS != nil:
		scheme = "https"
	default:
		scheme = "http"
	}
	address := scheme + "://" + r.Host
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/") {
		if segment == "." || segment == ".." {
			address += "('" + segment + "')"
		} else {
			address += "/" + segment
		}
	}
	return address
}

// patchOf reads the body of an update that the contract has accepted.
func patchOf(body any) (p status.Patch, err error) {
	properties, ok := body.(map[string]any)
	if !ok {
		return p, fmt.Errorf("the body of an update was not validated")
	}
	for name, value := range properties {
		if text := p.Text(status.Property(name)); text != nil {
			*text = textOf(value)
			continue
		}
		switch name {
		case "@odata.type", "id": // checked by the contract; there is nothing to change
		case "lastSyncDateTime":
			text, _ := value.(string)
			at, err := status.ParseDateTime(text)
			if err != nil {
				return p, fmt.Errorf("reading an accepted lastSyncDateTime: %w", err)
			}
			p.LastSyncDateTime = status.Set(at)
		case "mobileAppInstallStatusValue":
			member, _ := value.(string)
			p.MobileAppInstallStatusValue = status.Set(status.InstallState(member))
		case "installState":
			member, _ := value.(string)
			p.InstallState = status.Set(status.InstallState(member))
		case "installStateDetail":
			member, _ := value.(string)
			p.InstallStateDetail = status.Set(status.InstallStateDetail(member))
		case "errorCode":
			number, _ := value.(json.Number)
			code, err := strconv.ParseInt(number.String(), 10, 32)
			if err != nil {
				return p, fmt.Errorf("reading an accepted errorCode: %w", err)
			}
			p.ErrorCode = status.Set(int32(code))
		default:
			return p, fmt.Errorf("the contract has a property that updates do not know: %s", name)
		}
	}
	return p, nil
}

// textOf reads a string or null.
func textOf(value any) status.Field[status.Text] {
	text, valid := value.(string)
	return status.Set(status.Text{Value: text, Valid: valid})
}

// entityOf is a status as the contract answers it.
func entityOf(s status.Status) gen.MobileAppInstallStatus {
	e := gen.MobileAppInstallStatus{
		OdataType:                   gen.MobileAppInstallStatusOdataTypeHashMicrosoftGraphMobileAppInstallStatus,
		ID:                          s.ID,
		DeviceName:                  stringOf(&s.DeviceName),
		DeviceID:                    stringOf(&s.DeviceID),
		LastSyncDateTime:            s.LastSyncDateTime.String(),
		MobileAppInstallStatusValue: gen.ResultantAppState(s.MobileAppInstallStatusValue),
		InstallState:                gen.ResultantAppState(s.InstallState),
		ErrorCode:                   s.ErrorCode,
		OsVersion:                   stringOf(&s.OSVersion),
		OsDescription:               stringOf(&s.OSDescription),
		UserName:                    stringOf(&s.UserName),
		UserPrincipalName:           stringOf(&s.UserPrincipalName),
		DisplayVersion:              stringOf(&s.DisplayVersion),
	}
	if s.InstallStateDetail != "" {
		detail := gen.ResultantAppStateDetail(s.InstallStateDetail)
		e.InstallStateDetail = &detail
	}
	return e
}

func stringOf(t *status.Text) *string {
	if !t.Valid {
		return nil
	}
	return &t.Value
}
