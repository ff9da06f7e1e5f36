"""Scenes at the desk play in the reference county, on a real store."""

from tests.desks import county, reference_store

__all__ = ["county", "reference_store"]
