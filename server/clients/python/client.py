"""Uses the client that openapi-python-client makes of openapi.yaml against a server with sample data, and prints one line for
each thing that holds. SERVER is the server's address, TOKEN a token for writing."""

import datetime
import os
import sys

from installstatus_client import AuthenticatedClient
from installstatus_client.api.device_statuses import (
    create_device_status, delete_device_status, get_device_status, list_device_statuses, update_device_status)
from installstatus_client.api.user_statuses import update_user_device_status
from installstatus_client.models import (
    MobileAppInstallStatus, MobileAppInstallStatusCollectionResponse, MobileAppInstallStatusInput, ODataError, ResultantAppState)

# The sample app, a user status of it, and a device status of that.
APP = '7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60'
USER = 'c0b9d1a4-52f7-4f6e-8a33-0e6d9c7b1f25'
STATUS = '7560ee45-ee45-7560-45ee-607545ee6075'


def holds(rule, it):
    if not it:
        sys.exit(f'not ok {rule}')
    print('ok', rule, flush=True)


def cannot(rule, why, it):
    """What the generator or the language cannot do, as long as it cannot."""
    if not it:
        sys.exit(f'not ok {rule} is said to be impossible, and is not')
    print(f'cannot {rule}: {why}', flush=True)


def update(body, **headers):
    return update_device_status.sync_detailed(APP, STATUS, client=client, body=body, **headers)


# README.md shows what follows.
client = AuthenticatedClient(os.environ['SERVER'] + '/beta', os.environ['TOKEN'])
patched = update_device_status.sync(APP, STATUS, client=client, body=MobileAppInstallStatusInput(
    install_state=ResultantAppState.FAILED,
    error_code=-2016345060,
    os_description=None,  # cleared; what is left out is kept
))
if isinstance(patched, ODataError):
    sys.exit(patched.error.message)
# README.md shows what stands above.
holds('patch-app-path', isinstance(patched, MobileAppInstallStatus) and patched.id == STATUS)
holds('enum-typed', patched.install_state is ResultantAppState.FAILED)
holds('negative-int32', patched.error_code == -2016345060)

described = update_user_device_status.sync(APP, USER, STATUS, client=client, body=MobileAppInstallStatusInput(
    os_description='Described', device_name='Named'))
holds('patch-user-path', described.os_description == 'Described')

kept = update(MobileAppInstallStatusInput(error_code=9)).parsed
holds('omitted-kept', kept.os_description == 'Described' and kept.device_name == 'Named')
cleared = update(MobileAppInstallStatusInput(os_description=None)).parsed
holds('null-cleared', cleared.os_description is None and cleared.device_name == 'Named')

zone = datetime.timezone(datetime.timedelta(hours=-8))
synced = datetime.datetime(2017, 1, 1, 0, 2, 49, 320597, zone)
holds('instant', update(MobileAppInstallStatusInput(last_sync_date_time=synced)).parsed.last_sync_date_time == synced)
seven = datetime.datetime.fromisoformat('2017-01-01T00:02:49.3205976-08:00')
cannot('seventh-digit', 'a datetime ends with the microseconds', seven.isoformat() == '2017-01-01T00:02:49.320597-08:00')

missing = get_device_status.sync_detailed(APP, 'none', client=client)
holds('error-404', missing.status_code == 404 and missing.parsed.error.code == 'ResourceNotFound')
long = update(MobileAppInstallStatusInput(os_version='x' * 8193))
detail, = long.parsed.error.details
holds('error-400-details', (detail.code, detail.target) == ('TooLong', '/osVersion'))
holds('typed-error', isinstance(long.parsed, ODataError) and str(long.parsed.error.inner_error.request_id) == long.headers['request-id'])

tag = update(MobileAppInstallStatusInput(error_code=10)).headers['ETag']
matched = update(MobileAppInstallStatusInput(error_code=11), if_match=tag)
holds('etag', matched.parsed.error_code == 11)
stale = update(MobileAppInstallStatusInput(error_code=12), if_match=tag)
holds('error-412', stale.status_code == 412 and stale.parsed.error.code == 'ConditionNotMet')
holds('return-minimal', update(MobileAppInstallStatusInput(), prefer='return=minimal').status_code == 204)

created = create_device_status.sync(APP, client=client, body=MobileAppInstallStatusInput())
deleted = delete_device_status.sync_detailed(APP, created.id, client=client)
holds('create-delete', created.last_sync_date_time.year == 1 and deleted.status_code == 204)

page, seen = list_device_statuses.sync(APP, client=client, top=2, count=True), set()
count = page.odata_count
while True:
    seen.update(each.id for each in page.value)
    if not page.odata_next_link:
        break
    answer = client.get_httpx_client().get(page.odata_next_link)
    page = MobileAppInstallStatusCollectionResponse.from_dict(answer.json())
holds('list-paging', count > 2 and len(seen) == count)
