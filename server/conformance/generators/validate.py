"""Validates bodies of a PATCH with Python's libraries for contracts: one that the server accepts, and one that it refuses."""

import json
import sys

import models
import yaml
from aiopenapi3 import OpenAPI as Client
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest
from openapi_core.validation.request.exceptions import InvalidRequestBody
from pydantic import ValidationError

PATH = '/beta/deviceAppManagement/mobileApps/app/deviceStatuses/x'
VALID = {
    'id': 'x', '@odata.type': '#microsoft.graph.mobileAppInstallStatus', 'installState': 'failed', 'osDescription': None,
    'lastSyncDateTime': '2017-01-01T00:02:49.3205976-08:00',
}
INVALID = {'installState': 'faild'}


def check(tool, validate, refusal):
    validate(VALID)
    try:
        validate(INVALID)
    except refusal:
        print('holds:', tool, 'validates a PATCH')
    else:
        raise SystemExit(f'does not hold: {tool} refuses {INVALID}')


def main():
    text = open(sys.argv[1]).read()
    core = OpenAPI.from_dict(yaml.safe_load(text))
    check('openapi-core', lambda body: core.validate_request(MockRequest(
        'http://127.0.0.1:8080', 'patch', PATH, data=json.dumps(body).encode(), content_type='application/json',
        headers={'Authorization': 'Bearer token'})), InvalidRequestBody)
    client = Client.loads('http://127.0.0.1:8080/openapi.yaml', text)
    check('aiopenapi3', client._.updateDeviceStatus.data.get_type().model_validate, ValidationError)
    check('datamodel-code-generator', models.MobileAppInstallStatusInput.model_validate, ValidationError)


main()
