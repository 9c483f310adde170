"""Validates the bodies of bodies.json as those of a PATCH, with one of Python's libraries for contracts."""

import json
import pathlib
import sys

import yaml

PATH = '/beta/deviceAppManagement/mobileApps/app/deviceStatuses/x'
BODIES = json.loads(pathlib.Path(__file__).with_name('bodies.json').read_text())


def openapi_core(text):
    from openapi_core import OpenAPI
    from openapi_core.testing import MockRequest
    from openapi_core.validation.request.exceptions import InvalidRequestBody

    core = OpenAPI.from_dict(yaml.safe_load(text))
    return lambda body: core.validate_request(MockRequest(
        'http://127.0.0.1:8080', 'patch', PATH, data=json.dumps(body).encode(), content_type='application/json',
        headers={'Authorization': 'Bearer token'})), InvalidRequestBody


def aiopenapi3(text):
    from aiopenapi3 import OpenAPI
    from pydantic import ValidationError

    client = OpenAPI.loads('http://127.0.0.1:8080/openapi.yaml', text)
    return client._.updateDeviceStatus.data.get_type().model_validate, ValidationError


def datamodel_code_generator(_):
    import models
    from pydantic import ValidationError

    return models.MobileAppInstallStatusInput.model_validate, ValidationError


TOOLS = {'openapi-core': openapi_core, 'aiopenapi3': aiopenapi3, 'datamodel-code-generator': datamodel_code_generator}


def main(tool, contract):
    validate, refusal = TOOLS[tool](pathlib.Path(contract).read_text())
    for body in BODIES['valid']:
        validate(body)
    for body in BODIES['invalid']:
        try:
            validate(body)
        except refusal:
            continue
        raise SystemExit(f'{tool} accepts {body}')


main(*sys.argv[1:])
