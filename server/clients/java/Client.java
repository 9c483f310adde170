import installstatus.client.ApiClient;
import installstatus.client.ApiException;
import installstatus.client.api.DeviceStatusesApi;
import installstatus.client.api.UserStatusesApi;
import installstatus.client.model.ErrorDetail;
import installstatus.client.model.MobileAppInstallStatus;
import installstatus.client.model.MobileAppInstallStatusInput;
import installstatus.client.model.ODataError;
import installstatus.client.model.ResultantAppState;
import java.net.URI;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Uses the client that OpenAPI Generator makes of openapi.yaml against a server with sample data, and prints one line for each
 * thing that holds. SERVER is the server's address, TOKEN a token for writing.
 */
class Client {
    // The sample app, a user status of it, and a device status of that.
    static final String APP = "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60";
    static final String USER = "c0b9d1a4-52f7-4f6e-8a33-0e6d9c7b1f25";
    static final String STATUS = "7560ee45-ee45-7560-45ee-607545ee6075";

    static DeviceStatusesApi statuses;

    public static void main(String[] args) throws Exception {
        // README.md shows what follows.
        var client = new ApiClient();
        client.updateBaseUri(System.getenv("SERVER") + "/beta");
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + System.getenv("TOKEN")));
        var statuses = new DeviceStatusesApi(client);
        var patched = statuses.updateDeviceStatus(APP, STATUS, new MobileAppInstallStatusInput()
            .installState(ResultantAppState.FAILED)
            .errorCode(-2016345060)
            .osDescription(null), // cleared; what is left out is kept
            null, null, null, null);
        // README.md shows what stands above.
        Client.statuses = statuses;
        holds("patch-app-path", patched.getId().equals(STATUS));
        holds("enum-typed", patched.getInstallState() == ResultantAppState.FAILED);
        holds("negative-int32", patched.getErrorCode() == -2016345060);

        var described = new UserStatusesApi(client).updateUserDeviceStatus(APP, USER, STATUS,
            new MobileAppInstallStatusInput().osDescription("Described").deviceName("Named"), null, null, null, null);
        holds("patch-user-path", described.getOsDescription().equals("Described"));

        var kept = update(new MobileAppInstallStatusInput().errorCode(9));
        holds("omitted-kept", kept.getOsDescription().equals("Described") && kept.getDeviceName().equals("Named"));
        var cleared = update(new MobileAppInstallStatusInput().osDescription(null));
        holds("null-cleared", cleared.getOsDescription() == null && cleared.getDeviceName().equals("Named"));

        var synced = OffsetDateTime.parse("2017-01-01T00:02:49.320597612-08:00");
        var answered = update(new MobileAppInstallStatusInput().lastSyncDateTime(synced));
        holds("instant", answered.getLastSyncDateTime().isEqual(synced));
        holds("seventh-digit", answered.getLastSyncDateTime().getNano() == synced.getNano());

        holds("error-404", refusal(404, () -> statuses.getDeviceStatus(APP, "none", null, null, null)).getError().getCode().equals("ResourceNotFound"));
        List<ErrorDetail> details = refusal(400, () -> update(new MobileAppInstallStatusInput().osVersion("x".repeat(8193)))).getError().getDetails();
        holds("error-400-details", details.size() == 1
            && details.get(0).getCode().equals("TooLong") && details.get(0).getTarget().equals("/osVersion"));
        cannot("typed-error", "an exception has the error as text, which the client's own mapper reads",
            Arrays.stream(ApiException.class.getMethods()).noneMatch(method -> method.getReturnType() == ODataError.class));

        var tag = statuses.updateDeviceStatusWithHttpInfo(APP, STATUS, new MobileAppInstallStatusInput().errorCode(10), null, null, null, null)
            .getHeaders().get("etag").get(0);
        holds("etag", statuses.updateDeviceStatus(APP, STATUS, new MobileAppInstallStatusInput().errorCode(11), null, tag, null, null).getErrorCode() == 11);
        holds("error-412", refusal(412, () -> statuses.updateDeviceStatus(APP, STATUS, new MobileAppInstallStatusInput().errorCode(12), null, tag, null, null))
            .getError().getCode().equals("ConditionNotMet"));
        holds("return-minimal", statuses.updateDeviceStatusWithHttpInfo(APP, STATUS, new MobileAppInstallStatusInput(), null, null, "return=minimal", null)
            .getStatusCode() == 204);

        var created = statuses.createDeviceStatus(APP, new MobileAppInstallStatusInput(), null, null);
        var deleted = statuses.deleteDeviceStatusWithHttpInfo(APP, created.getId(), null, null, null);
        holds("create-delete", created.getLastSyncDateTime().getYear() == 1 && deleted.getStatusCode() == 204);

        var page = statuses.listDeviceStatuses(APP, null, null, null, null, 2, null, true, null);
        long count = page.getAtOdataCount();
        Set<String> seen = new HashSet<>();
        for (;;) {
            page.getValue().forEach(each -> seen.add(each.getId()));
            URI next = page.getAtOdataNextLink();
            if (next == null) {
                break;
            }
            client.setRequestInterceptor(request -> request.uri(next).header("Authorization", "Bearer " + System.getenv("TOKEN")));
            page = new DeviceStatusesApi(client).listDeviceStatuses(APP, null, null, null, null, null, null, null, null);
        }
        holds("list-paging", count > 2 && seen.size() == count);
    }

    static MobileAppInstallStatus update(MobileAppInstallStatusInput input) throws ApiException {
        return statuses.updateDeviceStatus(APP, STATUS, input, null, null, null, null);
    }

    interface Call {
        Object go() throws ApiException;
    }

    /** The error in the answer. The exception has its status and its text, which the client's own mapper reads. */
    static ODataError refusal(int status, Call call) throws Exception {
        try {
            call.go();
        } catch (ApiException refused) {
            if (refused.getCode() != status) {
                throw refused;
            }
            return ApiClient.createDefaultObjectMapper().readValue(refused.getResponseBody(), ODataError.class);
        }
        throw new AssertionError("no error");
    }

    /** What the generator cannot do, as long as it cannot. */
    static void cannot(String rule, String why, boolean it) {
        if (!it) {
            holds(rule + " is said to be impossible, and is not", false);
        }
        System.out.println("cannot " + rule + ": " + why);
    }

    static void holds(String rule, boolean it) {
        System.out.println((it ? "ok " : "not ok ") + rule);
        if (!it) {
            System.exit(1);
        }
    }
}
