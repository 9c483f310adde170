package recipe

const asked = "TestEveryOperationOfTheContractIsServed"

// operationEdits add the operation getDeviceStatusApp.
var operationEdits = []edit{
	{1, "`operationId`", contract, "  /deviceAppManagement/mobileApps/{mobileAppId}/userStatuses:\n", `  /deviceAppManagement/mobileApps/{mobileAppId}/deviceStatuses/{mobileAppInstallStatusId}/app:
    parameters:
      - $ref: '#/components/parameters/mobileAppId'
      - $ref: '#/components/parameters/mobileAppInstallStatusId'
      - $ref: '#/components/parameters/client-request-id'
    get:
      operationId: getDeviceStatusApp
      tags: [deviceStatuses]
      summary: Get the app of a mobileAppInstallStatus
      description: Reads the app that a mobileAppInstallStatus object is of.
      responses:
        '200':
          description: The app.
          headers:
            request-id: {$ref: '#/components/headers/request-id'}
            client-request-id: {$ref: '#/components/headers/client-request-id'}
            OData-Version: {$ref: '#/components/headers/OData-Version'}
            Cache-Control: {$ref: '#/components/headers/Cache-Control'}
            X-Content-Type-Options: {$ref: '#/components/headers/X-Content-Type-Options'}
            Strict-Transport-Security: {$ref: '#/components/headers/Strict-Transport-Security'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/StatusApp'}
        '400': {$ref: '#/components/responses/BadReadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '406': {$ref: '#/components/responses/NotAcceptable'}
        '431': {$ref: '#/components/responses/RequestHeaderFieldsTooLarge'}
        '500': {$ref: '#/components/responses/InternalServerError'}
        '503': {$ref: '#/components/responses/ServiceUnavailable'}
  /deviceAppManagement/mobileApps/{mobileAppId}/userStatuses:
`, build, "GetDeviceStatusApp"},
	after(1, "`security`", contract, "      summary: Get the app of a mobileAppInstallStatus\n", "      security: [{token: []}, {oauth2: [DeviceManagementApps.ReadWrite.All]}, {oauth2: [DeviceManagementApps.Read.All]}]\n", test("api", "TestTheReadPermissionAllowsEveryGET"), "getDeviceStatusApp"),
	after(1, "every answer", contract, "              schema: {$ref: '#/components/schemas/StatusApp'}\n", "        '404': {$ref: '#/components/responses/NotFound'}\n", test("server", asked), "404"),
	after(1, "every answer", contract, "  schemas:\n", `    StatusApp:
      type: object
      description: An app.
      required: [id]
      properties:
        id: {type: string, description: Key of the entity., minLength: 1, maxLength: 1024, x-order: 1}
`, build, "StatusApp"),

	{2, "method", "api/statusapp.go", "", `package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"installstatus/api/status"
	"installstatus/gen"
)

// GetDeviceStatusApp implements the operation getDeviceStatusApp.
func (a *API) GetDeviceStatusApp(c echo.Context, app, id string, _ gen.GetDeviceStatusAppParams) error {
	r := c.Request()
	if _, err := a.store.Get(r.Context(), exchangeOf(r).caller.Tenant, status.Key{App: app, ID: id}); err != nil {
		return err
	}
	writeJSON(c.Response(), http.StatusOK, contentType, gen.StatusApp{ID: app})
	return nil
}
`, build, "GetDeviceStatusApp"},

	after(3, "row", "server/operations_test.go", "	}{\n", `		"getDeviceStatusApp":      {call{method: http.MethodGet, target: statusPath("app", "none") + "/app"}, 404},
`, test("server", asked), "getDeviceStatusApp"),
}
