"""Loaded by schemathesis: half of the well-formed codes it makes up become ones that exist.

Otherwise nearly every generated request would end at “没有找到”, and what lies behind would never be tried.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import schemathesis

KNOWN: dict[str, list[str]] = json.loads(os.environ["KNOWN_TO_SCHEMATHESIS"])
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def _known(values: dict[str, Any] | None) -> dict[str, Any] | None:
    for name, value in (values or {}).items():
        if values is not None and name in KNOWN and isinstance(value, str) and _CODE.fullmatch(value):
            choice = sum(value.encode()) % (2 * len(KNOWN[name]))
            values[name] = (KNOWN[name] + [value] * len(KNOWN[name]))[choice]
    return values


@schemathesis.hook
def map_path_parameters(
    context: schemathesis.HookContext, path_parameters: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Codes in the address."""
    del context
    return _known(path_parameters)


@schemathesis.hook
def map_query(context: schemathesis.HookContext, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """Codes in the query."""
    del context
    return _known(query)


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    """Codes in the body."""
    del context
    return _known(body) if isinstance(body, dict) else body
