"""The OpenAPI document: what Ninja gathers from the operations, with all that holds for every one of them."""

from __future__ import annotations

import json
from typing import Any, Final

from django.urls import re_path
from ninja import NinjaAPI

from pejl.api import answers, problems

READS: Final = frozenset({"get", "head", "options"})
JSON: Final = "application/json"
TYPES: Final = "x-content-types"
SCOPE: Final = "x-scope"  # of an operation that needs another one than its method says
_SCHEMAS: Final = "#/components/schemas/"
_WHEN: Final = {
    200: "What was asked for",
    201: "It is there now",
    204: "It is done; there is nothing to tell",
    304: "It is still what the tag in If-None-Match names",
}
_ETAG: Final = {
    "description": "Names this state, for If-Match and If-None-Match",
    "schema": {"type": "string"},
}
_LOCATION: Final = {"description": "Where it is", "schema": {"type": "string"}}
_RETRY: Final = {"description": "Seconds to wait", "schema": {"type": "string"}}
_WAY_IN: Final = {"description": "How to come in", "schema": {"type": "string"}}


def _header(name: str, description: str, **more: Any) -> dict[str, Any]:
    schema = {"type": "string", **more}
    return {"in": "header", "name": name, "required": False, "description": description, "schema": schema}


_KEY: Final = _header(
    "Idempotency-Key",
    "The same key with the same body is done once and answered alike; with another body it is refused",
    maxLength=100,
    pattern="^[!-~]*$",
)
_MATCH: Final = _header("If-Match", "The ETag of the state to change; another state is refused with 412")
_NONE_MATCH: Final = _header("If-None-Match", "An ETag; where it is still that, 304")


class Documented(NinjaAPI):
    """An API whose document is told whole, and whose every address answers as the document says."""

    def _get_urls(self) -> Any:
        found: Any = super()._get_urls()
        for one in found:
            one.callback = problems.by_method(one.callback)
        return [*found, re_path("", problems.nowhere)]

    def get_openapi_schema(self, **options: Any) -> Any:
        return finished(super().get_openapi_schema(**options))


def text(api: NinjaAPI) -> str:
    """The document as it stands in docs/openapi.json: the same bytes for the same operations."""
    return json.dumps(api.get_openapi_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def finished(found: Any) -> dict[str, Any]:
    """Refusals are problem documents, every operation names those that hold for all, headers are told, and
    what was made is linked with where it is read and changed."""
    document: dict[str, Any] = json.loads(json.dumps(found, default=str))
    operations = {
        (path, method): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    for (path, method), operation in operations.items():
        operation["operationId"] = operation["operationId"].removeprefix("pejl_api_")
        _parameters(operation, method=method)
        _security(operation, method=method)
        _refusals(operation, path=path)
        _answers(operation, path=path, method=method)
    for (path, _), operation in operations.items():
        _links(operation, path=path, operations=operations)
    _components(document)
    _untitled(document)
    return document


def _parameters(operation: dict[str, Any], *, method: str) -> None:
    """What is left out of a query is left out: there is no null in an address."""
    given = operation.setdefault("parameters", [])
    for one in given:
        choices = one["schema"].pop("anyOf", None)
        if choices is not None:
            real = [choice for choice in choices if choice.get("type") != "null"]
            one["schema"] |= real[0] if len(real) == 1 else {"anyOf": real}
    if method not in READS:
        given.append(_KEY)
    if method == "patch":
        given.append(_MATCH)
    if not given:
        del operation["parameters"]


def _security(operation: dict[str, Any], *, method: str) -> None:
    """With the scope that the token needs."""
    scope = operation.pop(SCOPE, "read" if method in READS else "write")
    if "security" in operation:
        operation["security"] = [{"Bearer": [scope]}]


def _refusals(operation: dict[str, Any], *, path: str) -> None:
    answers = operation["responses"]
    wanted = {422} if operation.get("parameters") or "requestBody" in operation else set()
    if "security" in operation:
        reads = operation["security"] == [{"Bearer": ["read"]}]
        wanted |= {401, 429} | (set() if reads else {403, 409})
    if "{" in path:
        wanted.add(404)
    if "requestBody" in operation:
        wanted |= {400, 413}
    for status in sorted(wanted):
        answers.setdefault(str(status), {})
    for status, answer in answers.items():
        if int(status) in problems.MEANINGS:
            answer.clear()
            answer["$ref"] = f"#/components/responses/{status}"
    operation["responses"] = dict(sorted(answers.items()))


def _answers(operation: dict[str, Any], *, path: str, method: str) -> None:
    """Single things have a tag; what was made says where it is; files have a type of their own."""
    answers = operation["responses"]
    for status, answer in answers.items():
        if int(status) in _WHEN:
            answer["description"] = _WHEN[int(status)]
    types = operation.pop(TYPES, None)
    if types:
        answers["200"]["content"] = {kind: {"schema": _file(kind)} for kind in types}
    elif method == "get" and path.endswith("}"):
        answers["200"]["headers"] = {"ETag": _ETAG}
        answers["304"] = {"description": _WHEN[304]}
        operation["parameters"].append(_NONE_MATCH)
    if "201" in answers:
        answers["201"]["headers"] = {"ETag": _ETAG, "Location": _LOCATION}


def _file(kind: str) -> dict[str, str]:
    """What those read who read JSON and YAML is no text but an object."""
    structured = kind.endswith(("json", "yaml"))
    return {"type": "object"} if structured else {"type": "string", "format": "binary"}


def _links(operation: dict[str, Any], *, path: str, operations: dict[Any, dict[str, Any]]) -> None:
    """From what a POST to a collection made, to every operation on one of them."""
    made = operation["responses"].get("201")
    if made is None or "{" in path:
        return
    links = {}
    for (other, _), target in sorted(operations.items()):
        head, _, rest = other.removeprefix(f"{path}/{{").partition("}")
        if other.startswith(f"{path}/{{") and "{" not in rest:
            wanted = {"operationId": target["operationId"], "parameters": {head: "$response.body#/id"}}
            links[target["operationId"]] = wanted
    if links:
        made["links"] = links


def _components(document: dict[str, Any]) -> None:
    parts = document["components"]
    parts["schemas"].setdefault("Problem", answers.Problem.model_json_schema())
    parts["responses"] = {str(status): _refusal(status) for status in problems.MEANINGS}
    for methods in document["paths"].values():
        body = methods.get("patch", {}).get("requestBody", {}).get("content", {}).get(JSON)
        if body:
            _partial(parts["schemas"][body["schema"]["$ref"].rpartition("/")[2]])
    used = json.dumps(document)
    while unused := [name for name in parts["schemas"] if f'"{_SCHEMAS}{name}"' not in used]:
        for name in unused:
            del parts["schemas"][name]
        used = json.dumps(document)
    parts["securitySchemes"] = {
        "Bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "pejl_…",
            "description": "A token made under Settings → Tokens. It reads, or reads and writes; "
            "each operation names the scope that it needs.",
        }
    }


def _refusal(status: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": problems.MEANINGS[status],
        "content": {problems.TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
    }
    header = {401: ("WWW-Authenticate", _WAY_IN), 429: ("Retry-After", _RETRY)}.get(status)
    return told | ({} if header is None else {"headers": dict([header])})


def _partial(schema: dict[str, Any]) -> None:
    """What a PATCH leaves out stays as it is, so nothing has a value of its own."""
    for one in schema.get("properties", {}).values():
        one.pop("default", None)


def _untitled(part: Any) -> None:
    """Without the titles that are only the names once more."""
    if isinstance(part, dict):
        if isinstance(part.get("title"), str) and "version" not in part:
            del part["title"]
        for one in part.values():
            _untitled(one)
    elif isinstance(part, list):
        for one in part:
            _untitled(one)
