"""What a wheel holds besides Python: the reference county, and the built pages if they were built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {"reference": "jiujinban/reference", "web/dist": "jiujinban/web"}


class WheelContents(BuildHookInterface[BuilderConfig]):
    """Adds to a release wheel what an editable install reads from the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Include each folder that is there: a server without pages still has its API."""
        if version == "editable":
            return
        for source, place in SHIPPED.items():
            folder = Path(self.root) / source
            if folder.is_dir():
                build_data["force_include"][str(folder)] = place
