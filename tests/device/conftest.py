"""The scenes at the counter play in a hall of the reference county."""

from tests.desks import reference_store
from tests.device.anwen import address, anwen

__all__ = ["address", "anwen", "reference_store"]
