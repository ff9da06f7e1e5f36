"""The description (OpenAPI 3.1), written from the same classes that read and write the requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from miniapp_api.refusals import STATUS
from miniapp_api.typed import JSON, OpenTo, Operation, View, path_fields

_REF = "#/components/schemas/{model}"
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 200},
    "description": "One key per intent: the same key gives the same answer.",
}


class FieldProblem(View):
    """One faulty field."""

    field: str
    message: str


class Way(View):
    """A way on: what to show and what to send."""

    label: str
    value: str


class Problem(View):
    """A refusal: stable code, plain sentence, next step."""

    type: str
    status: int
    code: str
    title: str
    next_step: str
    errors: list[FieldProblem]
    alternatives: list[Way] = Field(default_factory=list)
    reference: str = ""


def describe(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """The whole document for a list of operations."""
    models: set[type[BaseModel]] = {Problem}
    for operation in operations:
        models |= {operation.form} | (set() if isinstance(operation.gives, str) else {operation.gives})
    ordered = sorted(models, key=lambda model: model.__name__)
    _, definitions = models_json_schema(
        [(model, "serialization" if issubclass(model, View) else "validation") for model in ordered],
        ref_template=_REF,
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "就近办 Jiujinban", "version": version, "description": "县乡一体政务服务就近办"},
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "session": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "jj_session"},
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.tag}_{operation.method}_{operation.path}".lower().translate(_PLAIN),
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": _parameters(operation),
        "responses": _responses(operation),
        "security": [] if operation.open_to is not OpenTo.THE_KNOWN else [{"session": []}, {"cookie": []}],
    }
    body = _body(operation)
    if body:
        described["requestBody"] = body
    return described


_PLAIN = str.maketrans({"/": "_", "{": "", "}": "", "-": "_", ":": "_", ".": "_"})


def _fields(operation: Operation) -> dict[str, Any]:
    schema = operation.form.model_json_schema(ref_template=_REF)
    return dict(schema.get("properties", {}))


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = path_fields(operation.path)
    fields = _fields(operation)
    parameters = [
        {"name": n, "in": "path", "required": True, "schema": fields.get(n, {"type": "string"})}
        for n in in_path
    ]
    if operation.in_query:
        required = {name for name, field in operation.form.model_fields.items() if field.is_required()}
        parameters += [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in fields.items()
            if name not in in_path
        ]
    return parameters + ([_KEY] if operation.method == "POST" else [])


def _body(operation: Operation) -> dict[str, Any] | None:
    if operation.method in {"GET", "DELETE"}:
        return None
    if operation.takes != JSON:
        media = {"schema": {"type": "string", "format": "binary"}}
        return {
            "required": True,
            "content": {name.strip(): media for name in operation.takes.split(",")},
        }
    in_path = set(path_fields(operation.path))
    fields = {name: schema for name, schema in _fields(operation).items() if name not in in_path}
    if not fields:
        return None
    required = [n for n, f in operation.form.model_fields.items() if f.is_required() and n not in in_path]
    schema = {"type": "object", "properties": fields, "required": required, "additionalProperties": False}
    return {"required": bool(required), "content": {JSON: {"schema": schema}}}


def _responses(operation: Operation) -> dict[str, Any]:
    shown: dict[str, Any] = {"description": operation.summary or "done"}
    if not isinstance(operation.gives, str):
        shown["content"] = {JSON: {"schema": {"$ref": _REF.format(model=operation.gives.__name__)}}}
    elif operation.gives:
        shown["content"] = {operation.gives: {"schema": {"type": "string"}}}
    by_status: dict[int, list[str]] = {400: ["bad_request"], 422: ["invalid_form"], 503: ["busy"]}
    by_status[404] = ["not_found"]
    # Also where no session is needed: a wrong bearer is told, and a cookie alone changes nothing.
    by_status |= {401: ["not_signed_in"], 403: ["not_allowed"], 429: ["locked_out"]}
    if operation.method != "GET":
        by_status |= {409: ["not_now"], 413: ["too_large"], 415: ["wrong_media"]}
    for code in operation.refuses:
        by_status.setdefault(STATUS.get(code, 409), []).append(code)
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    refusals = {
        str(status): {"description": ", ".join(dict.fromkeys(codes)), "content": problem}
        for status, codes in sorted(by_status.items())
    }
    return {str(operation.status): shown, **refusals}
