"""Scenes of the front step that need cases play in the reference county."""

from tests.desks import county, reference_store

__all__ = ["county", "reference_store"]
