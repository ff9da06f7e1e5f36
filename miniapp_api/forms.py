"""Kinds of value that forms share: bounded, explicit, the same in every description."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""An id or code as it stands in a path."""
SlotCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
"""A slot's id, which says hall, group, kind and start, with dots between."""
Words = Annotated[str, Field(max_length=2000)]
"""A short text of a person."""
Version = Annotated[int, Field(ge=1, le=1_000_000_000)]
"""The version of a thing that the caller's page showed."""
