// Command stock is the server that oapi-codegen's documentation describes: its strict server on echo, behind the middleware for
// kin-openapi. Its rows are in a map, or with -db in SQLite. It does not authenticate.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"
	middleware "github.com/oapi-codegen/echo-middleware"

	"installstatus/server/bench/gen/stock"
	"installstatus/server/bench/peer"
)

func main() {
	file := flag.String("db", "", "the SQLite `file` to make and keep the rows in")
	peer.Run(func(number int) (http.Handler, error) {
		if *file != "" {
			rows, err := makeDatabase(*file, number)
			if err != nil {
				return nil, err
			}
			return handler(rows.update)
		}
		rows, err := peer.NewRows(number, rowOf)
		if err != nil {
			return nil, err
		}
		return handler(func(_ context.Context, app, id string, change func(*stock.MobileAppInstallStatus) error) (stock.MobileAppInstallStatus, bool, error) {
			return rows.Update(app, id, change)
		})
	})
}

// update changes a row atomically; false if there is no such row.
type update func(ctx context.Context, app, id string, change func(*stock.MobileAppInstallStatus) error) (changed stock.MobileAppInstallStatus, found bool, err error)

func handler(update update) (http.Handler, error) {
	spec, err := stock.GetSpec()
	if err != nil {
		return nil, err
	}
	spec.Servers = openapi3.Servers{{URL: "/beta"}}
	e := echo.New()
	e.Use(middleware.OapiRequestValidatorWithOptions(spec, &middleware.Options{
		Options:               openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		SilenceServersWarning: true, // there is no host to check
	}))
	stock.RegisterHandlersWithBaseURL(e, stock.NewStrictHandler(server{update: update}, nil), "/beta")
	return e, nil
}

// server implements only the operation that is measured.
type server struct {
	stock.StrictServerInterface
	update update
}

// UpdateDeviceStatus implements stock.StrictServerInterface.
func (s server) UpdateDeviceStatus(ctx context.Context, r stock.UpdateDeviceStatusRequestObject) (stock.UpdateDeviceStatusResponseObject, error) {
	changed, found, err := s.update(ctx, r.MobileAppId, r.MobileAppInstallStatusId, func(row *stock.MobileAppInstallStatus) error {
		apply(row, r.Body)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return stock.UpdateDeviceStatus404JSONResponse{}, nil
	}
	return stock.UpdateDeviceStatus200JSONResponse{
		Body:    changed,
		Headers: stock.UpdateDeviceStatus200ResponseHeaders{CacheControl: "no-store", ETag: `"none"`, ODataVersion: "4.0"},
	}, nil
}

func apply(to *stock.MobileAppInstallStatus, from *stock.MobileAppInstallStatusInput) {
	keep := func(to **string, from *string) {
		if from != nil {
			*to = from
		}
	}
	keep(&to.DeviceName, from.DeviceName)
	keep(&to.DeviceId, from.DeviceId)
	if from.LastSyncDateTime != nil {
		to.LastSyncDateTime = *from.LastSyncDateTime
	}
	if from.MobileAppInstallStatusValue != nil {
		to.MobileAppInstallStatusValue = *from.MobileAppInstallStatusValue
	}
	if from.InstallState != nil {
		to.InstallState = *from.InstallState
	}
	if from.ErrorCode != nil {
		to.ErrorCode = *from.ErrorCode
	}
	keep(&to.OsVersion, from.OsVersion)
	keep(&to.OsDescription, from.OsDescription)
	keep(&to.UserName, from.UserName)
	keep(&to.UserPrincipalName, from.UserPrincipalName)
	keep(&to.DisplayVersion, from.DisplayVersion)
}

func rowOf(id string, body []byte) (row stock.MobileAppInstallStatus, err error) {
	row.OdataType, row.Id = "#microsoft.graph.mobileAppInstallStatus", id
	return row, json.Unmarshal(body, &row)
}
