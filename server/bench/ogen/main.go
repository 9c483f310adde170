// Command ogen is the server that ogen generates, over a map, without tracing and authentication.
package main

import (
	"context"
	"net/http"

	"installstatus/server/bench/gen/ogen"
	"installstatus/server/bench/peer"
)

func main() {
	peer.Run(func(number int) (http.Handler, error) {
		rows, err := peer.NewRows(number, rowOf)
		if err != nil {
			return nil, err
		}
		server, err := ogen.NewServer(handler{rows: rows}, everybody{}, ogen.WithPathPrefix("/beta"))
		return server, err
	})
}

// handler implements only the operation that is measured.
type handler struct {
	ogen.UnimplementedHandler
	rows *peer.Rows[ogen.MobileAppInstallStatus]
}

// UpdateDeviceStatus implements ogen.Handler.
func (h handler) UpdateDeviceStatus(_ context.Context, patch *ogen.MobileAppInstallStatusInput, params ogen.UpdateDeviceStatusParams) (ogen.UpdateDeviceStatusRes, error) {
	changed, found, err := h.rows.Update(string(params.MobileAppId), string(params.MobileAppInstallStatusId), func(row *ogen.MobileAppInstallStatus) error {
		apply(row, patch)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return &ogen.NothingToUpdateHeaders{CacheControl: ogen.CacheControlNoStore, ODataVersion: ogen.ODataVersion40}, nil
	}
	return &ogen.UpdateDeviceStatusOKHeaders{CacheControl: ogen.CacheControlNoStore, ETag: `"none"`, ODataVersion: ogen.ODataVersion40, Response: changed}, nil
}

func apply(to *ogen.MobileAppInstallStatus, from *ogen.MobileAppInstallStatusInput) {
	if v := from.DeviceName; v.Set {
		to.DeviceName = ogen.NilDeviceName{Value: v.Value, Null: v.Null}
	}
	if v := from.DeviceId; v.Set {
		to.DeviceId = ogen.NilDeviceId{Value: v.Value, Null: v.Null}
	}
	to.LastSyncDateTime = from.LastSyncDateTime.Or(to.LastSyncDateTime)
	to.MobileAppInstallStatusValue = from.MobileAppInstallStatusValue.Or(to.MobileAppInstallStatusValue)
	to.InstallState = from.InstallState.Or(to.InstallState)
	to.ErrorCode = from.ErrorCode.Or(to.ErrorCode)
	if v := from.OsVersion; v.Set {
		to.OsVersion = ogen.NilOsVersion{Value: v.Value, Null: v.Null}
	}
	if v := from.OsDescription; v.Set {
		to.OsDescription = ogen.NilOsDescription{Value: v.Value, Null: v.Null}
	}
	if v := from.UserName; v.Set {
		to.UserName = ogen.NilUserName{Value: v.Value, Null: v.Null}
	}
	if v := from.UserPrincipalName; v.Set {
		to.UserPrincipalName = ogen.NilUserPrincipalName{Value: v.Value, Null: v.Null}
	}
	if v := from.DisplayVersion; v.Set {
		to.DisplayVersion = ogen.NilDisplayVersion{Value: v.Value, Null: v.Null}
	}
}

func rowOf(id string, body []byte) (row ogen.MobileAppInstallStatus, err error) {
	var patch ogen.MobileAppInstallStatusInput
	if err := patch.UnmarshalJSON(body); err != nil {
		return row, err
	}
	row.OdataDotType = ogen.MobileAppInstallStatusOdataTypeMicrosoftGraphMobileAppInstallStatus
	row.ID = ogen.StatusId(id)
	apply(&row, &patch)
	return row, nil
}

// everybody accepts every caller.
type everybody struct{}

// HandleToken implements ogen.SecurityHandler.
func (everybody) HandleToken(ctx context.Context, _ ogen.OperationName, _ ogen.Token) (context.Context, error) {
	return ctx, nil
}

// HandleOAuth2 implements ogen.SecurityHandler.
func (everybody) HandleOAuth2(ctx context.Context, _ ogen.OperationName, _ ogen.OAuth2) (context.Context, error) {
	return ctx, nil
}
