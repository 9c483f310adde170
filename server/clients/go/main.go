// Command go uses the client that oapi-codegen makes of openapi.yaml against a server with sample data, and prints one line
// for each thing that holds. SERVER is the server's address, TOKEN a token for writing.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	api "installstatusclient"

	"github.com/oapi-codegen/nullable"
)

// The sample app, a user status of it, and a device status of that.
const (
	app    = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60"
	user   = "c0b9d1a4-52f7-4f6e-8a33-0e6d9c7b1f25"
	status = "7560ee45-ee45-7560-45ee-607545ee6075"
)

var ctx = context.Background()

func main() {
	// README.md shows what follows.
	client, err := api.NewClientWithResponses(os.Getenv("SERVER")+"/beta", api.WithRequestEditorFn(
		func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
			return nil
		}))
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.UpdateDeviceStatusWithResponse(ctx, app, status, nil, api.MobileAppInstallStatusInput{
		InstallState:  new(api.ResultantAppStateFailed),
		ErrorCode:     new(api.ErrorCode(-2016345060)),
		OsDescription: nullable.NewNullNullable[api.OsDescription](), // cleared; what is left out is kept
	})
	// README.md shows what stands above.
	patched := must(answer, err).JSON200
	holds("patch-app-path", patched != nil && patched.Id == status)
	holds("enum-typed", patched.InstallState == api.ResultantAppStateFailed)
	holds("negative-int32", patched.ErrorCode == -2016345060)

	update := func(input api.MobileAppInstallStatusInput, params *api.UpdateDeviceStatusParams) *api.UpdateDeviceStatusResponse {
		return must(client.UpdateDeviceStatusWithResponse(ctx, app, status, params, input))
	}
	described := must(client.UpdateUserDeviceStatusWithResponse(ctx, app, user, status, nil, api.MobileAppInstallStatusInput{
		OsDescription: nullable.NewNullableWithValue("Described"),
		DeviceName:    nullable.NewNullableWithValue("Named"),
	}))
	holds("patch-user-path", described.JSON200 != nil && described.JSON200.OsDescription.MustGet() == "Described")

	kept := update(api.MobileAppInstallStatusInput{ErrorCode: new(api.ErrorCode(9))}, nil).JSON200
	holds("omitted-kept", kept.OsDescription.MustGet() == "Described" && kept.DeviceName.MustGet() == "Named")
	cleared := update(api.MobileAppInstallStatusInput{OsDescription: nullable.NewNullNullable[api.OsDescription]()}, nil).JSON200
	holds("null-cleared", cleared.OsDescription.IsNull() && cleared.DeviceName.MustGet() == "Named")

	synced := time.Date(2017, 1, 1, 0, 2, 49, 320597612, time.FixedZone("", -8*60*60))
	answered := update(api.MobileAppInstallStatusInput{LastSyncDateTime: &synced}, nil).JSON200
	holds("instant", answered.LastSyncDateTime.Equal(synced))
	holds("seventh-digit", answered.LastSyncDateTime.Nanosecond() == synced.Nanosecond())

	missing := must(client.GetDeviceStatusWithResponse(ctx, app, "none", nil))
	holds("error-404", missing.JSON404 != nil && missing.JSON404.Error.Code == "ResourceNotFound")
	long := update(api.MobileAppInstallStatusInput{OsVersion: nullable.NewNullableWithValue(strings.Repeat("x", 8193))}, nil)
	details := *long.JSON400.Error.Details
	holds("error-400-details", len(details) == 1 && details[0].Code == "TooLong" && details[0].Target == "/osVersion")
	holds("typed-error", long.JSON400.Error.InnerError.RequestId == long.Headers400.RequestId)

	now := update(api.MobileAppInstallStatusInput{ErrorCode: new(api.ErrorCode(10))}, nil)
	tag := now.Headers200.ETag
	matched := update(api.MobileAppInstallStatusInput{ErrorCode: new(api.ErrorCode(11))}, &api.UpdateDeviceStatusParams{IfMatch: &tag})
	holds("etag", matched.JSON200 != nil && matched.Headers200.ETag != tag)
	stale := update(api.MobileAppInstallStatusInput{ErrorCode: new(api.ErrorCode(12))}, &api.UpdateDeviceStatusParams{IfMatch: &tag})
	holds("error-412", stale.JSON412 != nil && stale.JSON412.Error.Code == "ConditionNotMet")
	minimal := update(api.MobileAppInstallStatusInput{}, &api.UpdateDeviceStatusParams{Prefer: new("return=minimal")})
	holds("return-minimal", minimal.StatusCode() == http.StatusNoContent)

	created := must(client.CreateDeviceStatusWithResponse(ctx, app, nil, api.MobileAppInstallStatusInput{}))
	deleted := must(client.DeleteDeviceStatusWithResponse(ctx, app, created.JSON201.Id, nil))
	holds("create-delete", created.JSON201.LastSyncDateTime.Year() == 1 && deleted.StatusCode() == http.StatusNoContent)

	page := must(client.ListDeviceStatusesWithResponse(ctx, app, &api.ListDeviceStatusesParams{Top: new(api.Top(2)), Count: new(true)})).JSON200
	seen, count := map[string]bool{}, int(*page.OdataCount)
	for {
		for _, each := range page.Value {
			seen[each.Id] = true
		}
		if page.OdataNextLink == nil {
			break
		}
		follow := func(_ context.Context, r *http.Request) (err error) {
			r.URL, err = r.URL.Parse(*page.OdataNextLink)
			return err
		}
		page = must(client.ListDeviceStatusesWithResponse(ctx, app, nil, follow)).JSON200
	}
	holds("list-paging", count > 2 && len(seen) == count)
}

func holds(rule string, it bool) {
	if !it {
		fmt.Println("not ok", rule)
		os.Exit(1)
	}
	fmt.Println("ok", rule)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
