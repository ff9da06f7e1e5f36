"""Refusals: answers a clerk would speak, each with a code for programs and a next step for people.

A refusal is not a fault. It never knows a status code, and it always says what to do next; the sentences stand in
`refusals.zh.toml`, so a county words them its own way without touching Python.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import ClassVar


class Refusal(Exception):
    """办不了的回答: `facts` fill the sentences; `alternatives` are ready-made ways on, each a label and a value."""

    code: ClassVar[str] = "refused"

    def __init__(self, *, alternatives: tuple[tuple[str, str], ...] = (), **facts: object) -> None:
        super().__init__(self.code)
        self.facts = {name: str(fact) for name, fact in facts.items()}
        self.alternatives = alternatives

    @property
    def title(self) -> str:
        """What is the matter, in one plain sentence."""
        return self._sentence("title")

    @property
    def next_step(self) -> str:
        """What the person can do now, with whom, and by when."""
        return self._sentence("next_step")

    def _sentence(self, part: str) -> str:
        return sentences()[self.code][part].format_map(_Known(self.facts))


class _Known(dict[str, str]):
    """A fact that nobody supplied reads as nothing instead of breaking the answer."""

    def __missing__(self, key: str) -> str:
        return ""


@cache
def sentences() -> dict[str, dict[str, str]]:
    """All refusal sentences by code: `title` and `next_step`."""
    return tomllib.loads(Path(__file__).with_name("refusals.zh.toml").read_text("utf-8"))


class NotFound(Refusal):
    """There is no such thing, or it is not the caller's to see: the two must not be told apart.

    What it is called is said only of what everybody may see, a hall or a place to book.
    """

    code = "not_found"

    def __init__(self, what: str = "内容") -> None:
        super().__init__(what=what)


class UnknownService(Refusal):
    """No item of the catalogue in force has that code."""

    code = "unknown_service"


class NotAllowed(Refusal):
    """The caller's role may not do that."""

    code = "not_allowed"


class FromElsewhere(Refusal):
    """A cookie came without the header that only our own pages send: another site may have sent it (CSRF)."""

    code = "from_elsewhere"


class NotSignedIn(Refusal):
    """Nobody is signed in, or the session has ended."""

    code = "not_signed_in"


class NotNow(Refusal):
    """The thing exists but its state does not admit the act."""

    code = "not_now"


class Stale(Refusal):
    """Somebody else changed it since the caller looked."""

    code = "stale"


class SlotFull(Refusal):
    """The last place of the slot is gone; `alternatives` hold the nearest free ones."""

    code = "slot_full"


class SlotPast(Refusal):
    """The slot has begun, or the notice it needs can no longer be given."""

    code = "slot_past"


class TooEarly(Refusal):
    """The person is here before the hall takes them in for that appointment."""

    code = "too_early"


class VisitNotPlaced(Refusal):
    """The clerk's wish for a home visit cannot be kept on that day; nothing was changed."""

    code = "visit_not_placed"


class NotOfferedHere(Refusal):
    """The hall does not take the item; the refusal names the one that does."""

    code = "not_offered_here"


class AlreadyBooked(Refusal):
    """The person already has a place for this matter."""

    code = "already_booked"


class BookedOut(Refusal):
    """The person, or the proxy, has as many places as the rules allow."""

    code = "booked_out"


class Paused(Refusal):
    """The person did not come too often lately; booking from home rests until a day."""

    code = "paused"


class CoolingDown(Refusal):
    """The same circle has just given this place back."""

    code = "cooling_down"


class HoldOver(Refusal):
    """The time for which the place was held is over."""

    code = "hold_over"


class MovedEnough(Refusal):
    """The appointment was moved as often as the rules allow."""

    code = "moved_enough"


class PlacesFree(Refusal):
    """Nobody needs to wait in line: there are free places; `alternatives` hold the first."""

    code = "places_free"


class AlreadyWaiting(Refusal):
    """The person is in line for this matter already."""

    code = "already_waiting"


class NotThisWay(Refusal):
    """The item, or the person's village, does not go with this kind of offer."""

    code = "not_this_way"


class AlreadyOpen(Refusal):
    """The person already has an open case for this item."""

    code = "already_open"


class MaterialsLacking(Refusal):
    """A required material has no page yet."""

    code = "materials_lacking"


class UnknownMaterial(Refusal):
    """The item asks for no such material."""

    code = "unknown_material"


class PhotoRefused(Refusal):
    """The file is no photograph that can be kept; `why` and `how` come from the reading room."""

    code = "photo_refused"


class NotYourVillage(Refusal):
    """A proxy acts for the people of the own village only."""

    code = "not_your_village"


class MandateNeeded(Refusal):
    """A proxy acts only under a recorded mandate."""

    code = "mandate_needed"


class KeyReused(Refusal):
    """One idempotency key was used for two different intents."""

    code = "key_reused"


class NoCardRead(Refusal):
    """No card lies there: none was read, its case is open already, or it lay too long."""

    code = "no_card_read"


class ReturnedTooOften(Refusal):
    """The number was missed and taken back as often as the hall allows."""

    code = "returned_too_often"


class ReturnedTooLate(Refusal):
    """The number was missed longer ago than the hall lets it come back."""

    code = "returned_too_late"


class HandoverOver(Refusal):
    """The code was used by another phone, or its time is over, or a newer one took its place."""

    code = "handover_over"


class BindingCodeOver(Refusal):
    """No such code waits: it was mistyped, or used, or its time is over, or a newer one took its place."""

    code = "binding_code_over"


class NotAtKiosk(Refusal):
    """The machine cannot do this item; a counter or another way can."""

    code = "not_at_kiosk"


class AlreadyPrinted(Refusal):
    """The slip was given out for printing before."""

    code = "already_printed"


class NobodyWaiting(Refusal):
    """There is nobody the counter could call."""

    code = "nobody_waiting"


class TaughtElsewhere(Refusal):
    """The same words already lead to another item."""

    code = "taught_elsewhere"


class WouldMoveAnswers(Refusal):
    """The words, once taught, would push a good answer aside; `moved` names the first of them."""

    code = "would_move_answers"


class LessonInVain(Refusal):
    """The words, once taught, would still not lead to the item."""

    code = "lesson_in_vain"


class TooManyRounds(Refusal):
    """Corrections were asked as often as the rules allow; the director decides how to go on."""

    code = "too_many_rounds"


class BadInput(Refusal):
    """Something given cannot be right; `field` says what, `why` says how it should be."""

    code = "bad_input"


class WrongNumber(BadInput):
    """An ID number that does not fit the person: told like any other field, and counted like any wrong secret."""

    code = "wrong_number"


class WrongCode(Refusal):
    """The collection code is not the one of this case; `left` is how often it may still be tried."""

    code = "wrong_code"


class NotTrained(Refusal):
    """Whoever receives or decides (`act`) lacks a valid training record; the refusal names who can, and how to get it."""

    code = "not_trained"


class NotAuthorised(Refusal):
    """The director does not let this clerk receive this item; the refusal names who can."""

    code = "not_authorised"


class JudgedThemselves(Refusal):
    """Whoever a bad grade judged does not follow it up."""

    code = "judged_themselves"


class NotContacted(Refusal):
    """A follow-up is not closed before the person was heard."""

    code = "not_contacted"


class DutyClash(Refusal):
    """The same person already has a duty at that time."""

    code = "duty_clash"


class LockedOut(Refusal):
    """Too many wrong secrets came from there; trying again helps only after a while."""

    code = "locked_out"


class CodeLocked(Refusal):
    """The collection code was tried too often; the identity card still opens the way."""

    code = "code_locked"


class WrongIdentity(Refusal):
    """The ID number shown is not the applicant's."""

    code = "wrong_identity"


class StillToCorrect(Refusal):
    """Something that was asked for has not come; `materials` names it."""

    code = "still_to_correct"


class StillOwed(Refusal):
    """What was promised at acceptance has not come; `materials` names it."""

    code = "still_owed"


class NotToBePromised(Refusal):
    """The catalogue does not let these materials follow later."""

    code = "not_to_be_promised"


class NoExtension(Refusal):
    """The law on which the item stands knows no longer limit, or it was used."""

    code = "no_extension"


class Unauthenticated(Refusal):
    """The device's token is unknown or revoked."""

    code = "unknown_device"


class Busy(Refusal):
    """More work came at once than can be held; nothing was lost and trying again helps.

    `at_once`: two acts waited for each other and the store undid this one, so that it may be tried again without a pause.
    """

    code = "busy"

    def __init__(self, *, at_once: bool = False) -> None:
        super().__init__()
        self.at_once = at_once
