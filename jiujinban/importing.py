"""Importing files: what `jiujinban import` and the demo do, in the operator's name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from intake.desk import Desk
from intake.errors import BadInput
from intake.model.ids import AccountCode, IntentKey
from intake.model.people import Account, Caller, Door, Role
from intake.usecases.catalogue.exchange import read_bundles, read_items
from intake.usecases.catalogue.importing import ImportCatalogue
from intake.usecases.places.county import County, read_county
from intake.usecases.places.importing import ImportCounty
from intake.usecases.rows import RowFault
from jiujinban.reference import bundle_rows, catalogue_rows, digest_of, read_files

OPERATOR = Caller(Account(AccountCode("operator"), "系统运维", Role.OPERATOR), Door.COMMAND_LINE)


class FaultyFiles(Exception):
    """Files with faults: nothing of them was imported."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


async def import_county_files(desk: Desk, files: Sequence[Path]) -> County:
    """Import county files whole; raises `FaultyFiles` or `UnreadableFile`."""
    content = read_files(files)
    county = read_county(content)
    if county.faults:
        raise FaultyFiles(county.faults)
    await desk.places.import_county(ImportCounty(OPERATOR, county, IntentKey(f"county:{digest_of(content)}")))
    return county


async def import_catalogue_files(desk: Desk, files: Sequence[Path]) -> tuple[int, int]:
    """Import catalogue files whole; returns how many items they hold and how many differ from what was in force."""
    content = read_files(files)
    items, faults = read_items(catalogue_rows(content), desk.today)
    bundles, bundle_faults = read_bundles(bundle_rows(content))
    if faults or bundle_faults:
        raise FaultyFiles([*faults, *bundle_faults])
    if not items and not bundles:
        raise BadInput(field="items", why="文件里没有事项。")
    return len(items), await desk.catalogue.import_items(ImportCatalogue(OPERATOR, items, bundles))
