"""The hall's rules (排队规则): what the hall sets for its own line, over what the county sets for all."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from intake.errors import BadInput
from intake.model.authority import Belonging, Verb, require
from intake.model.ids import HallCode
from intake.model.lines import HallRules, LineRules
from intake.model.people import Caller
from intake.ports import Rules, Tools, Uow
from intake.usecases.trail import audit


@dataclass(frozen=True, slots=True)
class SetLineRules:
    """The director's rules for the own hall, over the version their page showed; 0 when there were none."""

    caller: Caller
    hall: HallCode
    rules: LineRules
    version: int


def county_rules(rules: Rules) -> LineRules:
    """What holds in a hall that has set nothing itself."""
    return LineRules(
        check_in_early_minutes=rules.check_in_early_minutes,
        late_grace_minutes=rules.late_grace_minutes,
        booked_credit_minutes=rules.booked_credit_minutes,
        green_credit_minutes=rules.green_credit_minutes,
        most_overtaken=rules.most_overtaken,
        recall_limit=rules.recall_limit,
        return_limit=rules.return_limit,
        return_minutes=rules.return_minutes,
    )


async def rules_of(uow: Uow, hall: HallCode, tools: Tools) -> LineRules:
    """The rules a hall's line is ordered by."""
    own = await uow.lines.rules(hall)
    return county_rules(tools.rules) if own is None else own.rules


async def line_rules(caller: Caller, hall: HallCode, *, tools: Tools) -> HallRules:
    """A hall's rules with their version, 0 while the county's hold."""
    require(caller, Verb.SEE_DISPLAY, Belonging(hall=hall))
    async with tools.open_view() as view:
        return await view.lines.rules(hall) or HallRules(county_rules(tools.rules), 0)


async def set_line_rules(cmd: SetLineRules, *, tools: Tools) -> HallRules:
    """Set a hall's rules; who already waits keeps the credit they were told."""
    require(cmd.caller, Verb.SET_LINE_RULES, Belonging(hall=cmd.hall))
    for field, why in cmd.rules.faults():
        raise BadInput(field=field, why=why)
    async with tools.open_uow() as uow:
        await uow.places.hall(cmd.hall)
        before = await rules_of(uow, cmd.hall, tools)
        done = await uow.lines.set_rules(cmd.hall, cmd.rules, cmd.version)
        earlier, now = asdict(before), asdict(cmd.rules)
        changed = {name: f"{earlier[name]}→{now[name]}" for name in now if now[name] != earlier[name]}
        await audit(uow, cmd.caller, "queue.set_rules", tools.clock.now(), hall=cmd.hall, **changed)
        await uow.leaving.beat(cmd.hall)
        await uow.commit()
    return done
