"""Does with Microsoft's Python SDK what README.md shows, and the rest that the SDK can do. It prints one line for each thing
that holds, and ends with exit code 1 at the first that does not."""

from datetime import datetime, timezone

from msgraph_beta.generated.models.base_collection_pagination_count_response import BaseCollectionPaginationCountResponse
from msgraph_beta.generated.models.resultant_app_state import ResultantAppState
from msgraph_core import PageIterator
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

# README.md shows what follows.
import asyncio
import os
import time

from azure.core.credentials import AccessToken
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph_beta import GraphServiceClient
from msgraph_beta.generated.models.mobile_app_install_status import MobileAppInstallStatus
from msgraph_beta.generated.models.o_data_errors.o_data_error import ODataError


class Token:
    def get_token(self, *scopes, **options):
        return AccessToken(os.environ['TOKEN'], int(time.time()) + 3600)


STATUSES = '{+baseurl}/deviceAppManagement/mobileApps/7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60/deviceStatuses'
EXAMPLE = STATUSES + '/7560ee45-ee45-7560-45ee-607545ee6075'
adapter = GraphServiceClient(Token()).request_adapter
adapter.base_url = os.environ['SERVER'] + '/beta'


async def patch(change):
    request = RequestInformation(Method.PATCH, EXAMPLE, {})
    request.set_content_from_parsable(adapter, 'application/json', change)
    return await adapter.send_async(request, MobileAppInstallStatus, {'XXX': ODataError})


async def main():
    change = MobileAppInstallStatus(error_code=-2016345060)
    change.os_description = None  # cleared; what is left out is kept
    changed = await patch(change)
    print(changed.error_code, changed.os_description)  # -2016345060 None
    try:
        await patch(MobileAppInstallStatus(additional_data={'errorCode': 9.5}))
    except ODataError as error:
        print(error.response_status_code, error.error.code, error.error.inner_error.request_id)  # 400 ModelValidationFailure d9a1006b-…
        print(error.error.details[0].target)  # /errorCode
    # README.md shows what stands above.
    if os.environ.get('THROTTLED'):
        holds('a write that is answered by 429 is sent again after Retry-After', time.monotonic() - BEGAN >= 1)
    holds('a typed PATCH sets, and null clears', (changed.error_code, changed.os_description) == (-2016345060, None))
    await clears()
    await reads()
    await fails()
    await batches()
    await pages()


def holds(what, so):
    if not so:
        raise SystemExit(f'does not hold: {what}')
    print('holds:', what)


async def get(template, of):
    return await adapter.send_async(RequestInformation(Method.GET, template, {}), of, {'XXX': ODataError})


NULLABLE = ['device_name', 'device_id', 'os_version', 'os_description', 'user_name', 'user_principal_name', 'display_version']


async def clears():
    await patch(MobileAppInstallStatus(**{name: name for name in NULLABLE}))
    change = MobileAppInstallStatus()
    for name in NULLABLE[1:]:
        setattr(change, name, None)
    changed = await patch(change)
    values = [getattr(changed, name) for name in NULLABLE]
    holds('a property that is set to None is cleared, and no other', values == ['device_name'] + [None] * 6)
    changed = await patch(MobileAppInstallStatus(additional_data={'deviceName': None}))
    holds('null in additional_data clears too', changed.device_name is None)


async def reads():
    at = datetime(2017, 1, 1, 8, 2, 49, 320597, timezone.utc)
    await patch(MobileAppInstallStatus(os_description='Windows', install_state=ResultantAppState.Failed, last_sync_date_time=at))
    read = await get(EXAMPLE, MobileAppInstallStatus)
    expected = ('Windows', ResultantAppState.Failed, at, -2016345060)
    holds('a GET reads what was set', (read.os_description, read.install_state, read.last_sync_date_time, read.error_code) == expected)


async def fails():
    try:
        await patch(MobileAppInstallStatus(additional_data={'errorCode': 9.5, 'installstate': 'failed'}))
        raise SystemExit('a mistake was accepted')
    except ODataError as error:
        holds('a refusal is the error object', (error.response_status_code, error.error.code) == (400, 'ModelValidationFailure'))
        holds('its details are there', [detail.target for detail in error.error.details] == ['/errorCode', '/installstate'])
        request_id = error.error.inner_error.request_id
        holds("its request id is the header's", request_id and request_id in error.response_headers['request-id'])
    try:
        await get(STATUSES + '/none', MobileAppInstallStatus)
        raise SystemExit('a missing entity was found')
    except ODataError as error:
        holds('a missing entity is 404', (error.response_status_code, error.error.code) == (404, 'ResourceNotFound'))


def in_batch(method, template, change=None, depends_on=None):
    request = RequestInformation(method, template, {'baseurl': adapter.base_url})
    if change:
        request.set_content_from_parsable(adapter, 'application/json', change)
    item = BatchRequestItem(request, depends_on=depends_on)
    item.url = item.url.removeprefix(adapter.base_url)  # which the SDK leaves in, and no server takes
    return item


async def batches():
    write = in_batch(Method.PATCH, EXAMPLE, MobileAppInstallStatus(error_code=7))
    read = in_batch(Method.GET, EXAMPLE, depends_on=[write])
    missing = in_batch(Method.GET, STATUSES + '/none')
    requests = BatchRequestContent({item.id: item for item in (write, read, missing)})
    answers = await BatchRequestBuilder(adapter, {'XXX': ODataError}).post(requests)
    statuses = answers.get_response_status_codes()  # the SDK loses the bodies
    holds('the requests of a batch succeed and fail each alone', [statuses[item.id] for item in (write, read, missing)] == [200, 200, 404])
    holds('what a batch wrote can be read', (await get(EXAMPLE, MobileAppInstallStatus)).error_code == 7)


class Page(BaseCollectionPaginationCountResponse):
    """A page of a list, which the SDK has no model for any more."""

    value = None

    @staticmethod
    def create_from_discriminator_value(parse_node):
        return Page()

    def get_field_deserializers(self):
        def read(node):
            self.value = node.get_collection_of_object_values(MobileAppInstallStatus)
        return {**super().get_field_deserializers(), 'value': read}


async def pages():
    ids = set()
    first = await get(STATUSES + '?$top=1&$orderby=deviceName', Page)
    await PageIterator(first, adapter).iterate(lambda status: ids.add(status.id) or True)
    whole = await get(STATUSES, Page)
    holds(f'PageIterator goes through {len(ids)} pages to the last', len(whole.value) == len(ids) > 2)

BEGAN = time.monotonic()
# README.md shows what follows.


asyncio.run(main())
# README.md shows what stands above.
