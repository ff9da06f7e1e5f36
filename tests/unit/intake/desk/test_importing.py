"""导入: the whole file or nothing, by those whose task it is, and twice is once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.errors import BadInput, NotAllowed, UnknownService
from intake.model.case import CaseState
from intake.model.catalogue import Way
from intake.model.exchange import Imported
from intake.usecases.cases.reception import OnCase
from intake.usecases.catalogue.importing import ImportCatalogue
from intake.usecases.places.county import County as CountyFiles
from intake.usecases.places.county import read_county
from intake.usecases.places.importing import ImportCounty
from jiujinban.importing import OPERATOR
from tests.desks import ALLOWANCE, ANWEN
from tests.journeys import drafted, received


async def test_importing_the_same_catalogue_again_changes_nothing(county):
    """No new versions, no new matcher, no confused cases; and whoever did it is told so."""
    items = await county.desk.catalogue.all()
    bundles = [offer.bundle for offer in await county.desk.catalogue.bundles()]

    imported = await county.desk.catalogue.import_items(ImportCatalogue(OPERATOR, items, bundles))

    assert imported == Imported(len(items), 0, other_bundles=False)
    assert imported.changed_nothing


async def test_an_import_of_other_bundles_alone_changes_something(county):
    """The items stand as they are; the turns of life do not."""
    items = await county.desk.catalogue.all()
    bundles = [offer.bundle for offer in await county.desk.catalogue.bundles()]

    imported = await county.desk.catalogue.import_items(ImportCatalogue(OPERATOR, items, bundles[1:]))

    assert (imported.changed, imported.other_bundles, imported.changed_nothing) == (0, True, False)


async def test_a_case_keeps_the_version_it_was_opened_under(county):
    """The promise changes from ten days to five tomorrow; who began today was promised ten."""
    case = await received(county)
    county.clock.forward(days=1)
    item = await county.desk.catalogue.show(ALLOWANCE)
    quicker = replace(item, promised_limit=replace(item.promised_limit, days=5))
    assert (await county.desk.catalogue.import_items(ImportCatalogue(OPERATOR, [quicker]))).changed == 1

    clerk = await county.caller("clerk-anwen-1")
    accepted = await county.desk.cases.accept(OnCase(clerk, case.id, case.version))

    calendar = await county.desk.places.calendar()
    assert accepted.due is not None
    assert calendar.working_days_between(county.desk.today, accepted.due.day) == 10
    newer = await drafted(county, "citizen-2")
    assert (newer.item_version, newer.state) == (case.item_version + 1, CaseState.DRAFT)


@pytest.mark.parametrize("who", ["citizen-1", "clerk-anwen-1", "supervisor", "director-county"])
async def test_the_catalogue_and_the_county_are_changed_by_their_keepers_only(county, who):
    """Not by a clerk in a hurry."""
    caller, items = await county.caller(who), await county.desk.catalogue.all()

    with pytest.raises(NotAllowed):
        await county.desk.catalogue.import_items(ImportCatalogue(caller, items[:1]))
    with pytest.raises(NotAllowed):
        await county.desk.places.import_county(ImportCounty(caller, CountyFiles()))


async def test_a_county_with_one_fault_is_refused_whole_with_its_place(county):
    """Nothing of the file counts; the row and the field are named."""
    files = {"halls.json": {"villages": [], "departments": [{"code": "d", "name": "新部门"}, {"code": "x"}]}}
    before = await county.desk.places.departments()

    with pytest.raises(BadInput) as refused:
        await county.desk.places.import_county(ImportCounty(OPERATOR, read_county(files)))

    assert "第2条" in refused.value.facts["field"]
    assert await county.desk.places.departments() == before


async def test_an_item_is_offered_at_a_hall_as_its_level_or_its_own_exception_says(county):
    """直办、代办、请到别处办: what the public list shows is what the desk does."""
    offered = {offer.item.code: offer.way for offer in await county.desk.catalogue.of_hall(ANWEN)}
    halls = await county.desk.catalogue.halls_for(ALLOWANCE)

    assert offered[ALLOWANCE] is Way.DIRECT
    assert len(offered) == len(await county.desk.catalogue.all())
    assert len(halls) == len(await county.desk.places.halls())
    elsewhere = {code for code, way in offered.items() if way is Way.NOT_HERE}
    for code in sorted(elsewhere)[:5]:
        assert ANWEN not in {hall.code for hall, _ in await county.desk.catalogue.halls_for(code)}


async def test_an_item_out_of_force_is_unknown(county):
    """Yesterday's catalogue is no ground for a new case."""
    item = await county.desk.catalogue.show(ALLOWANCE)
    county.clock.forward(days=-365 * 3)

    with pytest.raises(UnknownService):
        await county.desk.catalogue.show(item.code)


async def test_the_nearby_rate_is_what_the_halls_list_says(county):
    """S18: near over total, and each missing item is named; another hall's director does not see it."""
    rate = await county.desk.figures.nearby(await county.caller("director-anwen"), ANWEN)

    listed = await county.desk.catalogue.of_hall(ANWEN)
    offered = [one for one in listed if "自然人" in one.item.served]
    away = [one.item for one in offered if one.way is Way.NOT_HERE and not one.item.online]
    assert (rate.total, rate.near) == (len(offered), len(offered) - len(away))
    assert [item.code for item in rate.missing] == [item.code for item in away]
    assert rate.rate == pytest.approx(rate.near / rate.total)
