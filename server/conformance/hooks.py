"""What Schemathesis checks here beside its own checks, and what its positive_data_acceptance is told to excuse."""

import json
import os
import re
from urllib.parse import quote, unquote

import schemathesis
from schemathesis.specs.openapi import checks

EXCUSED = {tuple(of) for of in json.loads(os.environ["EXCUSED"])}  # the code and the target of violations: exclusions.md
TOO_LONG = {"$skiptoken": 50001, "$filter": 8193}  # characters that are more than the contract allows; of others 1025
HEADER = 60000  # bytes that surely fit into the header of a request
TRANSPORT = {"content-type", "content-length", "date", "connection", "transfer-encoding"}  # HTTP itself brings these
CROSS_ORIGIN = {"vary"}  # the contract describes CORS in words


@schemathesis.hook
def before_call(context, case, kwargs):
    """Mend what the tool takes for valid and is not, and what it takes for a request and is none."""
    fit_into_a_header(case)
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    case.query.pop("$skiptoken", None)  # nobody can make one up
    if "$top" not in case.operation.query and not re.fullmatch(r"[\w@.,*]*[a-z*]", str(case.query.get("$select", "*"))):
        case.query["$select"] = "id"  # else most answers about an entity that does not exist are 400, which the tool warns about
    if isinstance(case.body, dict) and "id" in case.body:  # rule 14
        del case.body["id"]
        if case.method == "PATCH":
            case.body["id"] = unquote(str(case.path_parameters["mobileAppInstallStatusId"]))
    entity_tags = case.operation.schema.raw_schema["components"]["schemas"]["EntityTags"]["pattern"]
    # The tool cannot draw a header whose pattern has quotes, and sends 0 for it.
    for name, valid in (("If-Match", "*"), ("If-None-Match", '"another"')):
        if name in case.headers and not re.search(entity_tags, case.headers[name]):
            case.headers[name] = valid


def fit_into_a_header(case):
    """Cut the query options of what is no request, but for the contract they stay too long."""
    if sum(len(quote(str(value))) for value in case.query.values()) <= HEADER:
        return
    for name, value in case.query.items():
        length = TOO_LONG.get(name, 1025)
        if len(quote(str(value))) > length:
            case.query[name] = "0" * length
    if len(quote(case.formatted_path)) > 5000:
        case.query.pop("$skiptoken", None)


@schemathesis.check
def valid_data_is_accepted(ctx, response, case):
    """positive_data_acceptance, unless each violation in the answer is one that is excused."""
    if response.status_code == 400 and case.meta and case.meta.generation.mode.is_positive:
        details = response.json()["error"].get("details")
        if details and all(is_excused(detail) for detail in details):
            return None
    return checks.positive_data_acceptance(ctx, response, case)


def is_excused(detail):
    where = re.sub(r"\d+", "0", detail["target"])
    return (detail["code"], where) in EXCUSED


@schemathesis.check
def deleted_is_gone(ctx, response, case):
    """use_after_free, unless the request made the entity again: a PATCH may prefer create-if-missing."""
    if response.status_code == 201 or response.status_code == 204 and "Location" in response.headers:
        return None
    return checks.use_after_free(ctx, response, case)


@schemathesis.check
def no_undeclared_headers(ctx, response, case):
    """An answer has the headers that the contract declares for it, and no other."""
    answer = case.operation.responses.find_by_status_code(response.status_code)
    if answer is None:
        return None
    undeclared = set(response.headers) - {name.lower() for name in answer.definition.get("headers", {})} - TRANSPORT - CROSS_ORIGIN
    assert not undeclared, f"headers that the contract does not declare for {response.status_code}: {sorted(undeclared)}"
    return None
