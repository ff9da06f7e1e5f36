"""The scenes at the counter play in a hall of the reference county."""

from tests.device.anwen import address, anwen, county_file

__all__ = ["address", "anwen", "county_file"]
