"""Learning over HTTP: the keeper's queue of what people said, teaching with its effect shown first, and explanations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from intake.desk import Desk
from intake.model.calendar import SHANGHAI
from intake.model.ids import HeardId, ServiceCode, TeachingId
from intake.model.learning import Heard, HeardState, Moved, Standing, Teaching
from intake.model.matching import Explained, Reason
from intake.usecases.catalogue.learning import Preview, Teach
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, NoForm, View

api = Api("learning")


class LearningForm(Form):
    """Which rows."""

    state: HeardState = HeardState.OPEN
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class TeachForm(Form):
    """Words, the item they are to lead to, and the heard row they come from."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    service_code: Code
    heard: Code | None = None


class DismissForm(Form):
    """A heard row there is nothing to learn from."""

    heard: Code


class UnteachForm(Form):
    """A teaching to take back."""

    teaching: Code


class ExplainForm(Form):
    """The words to explain."""

    # In an address a Chinese character takes nine bytes, and a line of it may have 8190.
    text: Annotated[str, Field(min_length=1, max_length=500)]
    limit: Annotated[int, Field(ge=1, le=20)] = 5


class LedView(View):
    """How many different people the words led to an item, or to nothing."""

    ending: str
    service_code: str | None
    name: str
    people: int


class HeardView(View):
    """The same words of however many people."""

    id: str
    text: str
    times: int
    people: int
    unmatched: int
    first_at: str
    last_at: str
    state: str
    led: list[LedView]


class LearningView(View):
    """What waits for the keeper, and the revision of the catalogue it was heard against."""

    revision: int
    heard: list[HeardView]


class TeachingView(View):
    """A lesson in force since a revision, or taken back."""

    id: str
    text: str
    service_code: str
    name: str
    heard: str | None
    taught_by: str
    taught_at: str
    since: int
    until: int | None


class TeachingsView(View):
    """The teachings in force."""

    teachings: list[TeachingView]


class StandingView(View):
    """Where the item stands for the words, what stands first, and how the protected sentences fare."""

    decision: str
    rank: int | None
    first: str | None
    first_name: str
    hit_at_1: float
    hit_at_3: float


class MovedView(View):
    """A good answer the lesson would spoil: what was meant, and what would be answered."""

    text: str
    meant: list[str]
    now: str


class EffectView(View):
    """What a lesson would do; only one that is harmless and useful can be saved."""

    text: str
    service_code: str
    name: str
    revision: int
    harmless: bool
    useful: bool
    before: StandingView
    after: StandingView
    sentences: int
    moved: list[MovedView]


class ReasonView(View):
    """One ground: its channel, in words, the phrase it met, and its weight."""

    channel: str
    says: str
    met: str
    weight: float

    @classmethod
    def of(cls, reason: Reason) -> ReasonView:
        """The ground as it is."""
        return cls(channel=reason.channel, says=reason.says, met=reason.met, weight=reason.weight)


class GroundedView(View):
    """A candidate with its grounds, strongest first."""

    service_code: str
    name: str
    score: float
    reasons: list[ReasonView]


class ExplainView(View):
    """What was read, the answer with its grounds, and why the first stands before the second."""

    decision: str
    focus: str
    read_as: str
    words: list[str]
    concepts: list[str]
    none: float
    candidates: list[GroundedView]
    lead: list[ReasonView]


@api.operation("GET", "/api/v1/learning", LearningForm, LearningView)
async def queue(call: Call[LearningForm]) -> LearningView:
    """待审说法: what matched nothing first, by how many different people said it."""
    edition, rows = await call.desk.catalogue.heard(call.caller, call.form.state, call.form.limit)
    names = await _names(call.desk)
    return LearningView(revision=edition.revision, heard=[_heard(row, names) for row in rows])


@api.operation("POST", "/api/v1/learning/dismiss", DismissForm, HeardView)
async def dismiss(call: Call[DismissForm]) -> HeardView:
    """不用学: the row leaves the queue."""
    row = await call.desk.catalogue.dismiss(call.caller, HeardId(call.form.heard))
    return _heard(row, await _names(call.desk))


@api.operation(
    "POST",
    "/api/v1/learning/preview",
    TeachForm,
    EffectView,
    refuses=("unknown_service", "taught_elsewhere", "bad_input", "not_found"),
)
async def preview(call: Call[TeachForm]) -> EffectView:
    """教前预览: the effect of a lesson on the protected sentences; nothing is saved."""
    return _effect(await call.desk.catalogue.preview_teaching(_lesson(call)), await _names(call.desk))


@api.operation(
    "POST",
    "/api/v1/learning/teach",
    TeachForm,
    TeachingView,
    status=201,
    refuses=(
        "unknown_service",
        "taught_elsewhere",
        "would_move_answers",
        "lesson_in_vain",
        "stale",
        "bad_input",
        "not_found",
    ),
)
async def teach(call: Call[TeachForm]) -> TeachingView:
    """教会: 201 with the teaching, 409 ``would_move_answers``, ``lesson_in_vain`` or ``taught_elsewhere``."""
    return _teaching(await call.desk.catalogue.teach(_lesson(call)), await _names(call.desk))


@api.operation("GET", "/api/v1/learning/taught", NoForm, TeachingsView)
async def taught(call: Call[NoForm]) -> TeachingsView:
    """已教说法: the teachings in force."""
    names = await _names(call.desk)
    return TeachingsView(
        teachings=[_teaching(one, names) for one in await call.desk.catalogue.taught(call.caller)]
    )


@api.operation("POST", "/api/v1/learning/unteach", UnteachForm, TeachingView, refuses=("not_now",))
async def unteach(call: Call[UnteachForm]) -> TeachingView:
    """收回: the words no longer lead to the item."""
    back = await call.desk.catalogue.unteach(call.caller, TeachingId(call.form.teaching))
    return _teaching(back, await _names(call.desk))


@api.operation("GET", "/api/v1/explain", ExplainForm, ExplainView)
async def explain(call: Call[ExplainForm]) -> ExplainView:
    """匹配依据: channels, evidence, and why not the runner-up."""
    return _explained(await call.desk.catalogue.explain(call.caller, call.form.text, call.form.limit))


def _lesson(call: Call[TeachForm]) -> Teach:
    form = call.form
    heard = HeardId(form.heard) if form.heard else None
    return Teach(call.caller, form.text, ServiceCode(form.service_code), heard)


async def _names(desk: Desk) -> dict[str, str]:
    return {item.code: item.name for item in await desk.catalogue.all()}


def _heard(row: Heard, names: dict[str, str]) -> HeardView:
    return HeardView(
        id=row.id,
        text=row.text,
        times=row.times,
        people=row.people,
        unmatched=row.unmatched,
        first_at=row.first_at.astimezone(SHANGHAI).isoformat(),
        last_at=row.last_at.astimezone(SHANGHAI).isoformat(),
        state=row.state,
        led=[
            LedView(
                ending=led.ending,
                service_code=led.service_code,
                name=names.get(led.service_code or "", ""),
                people=led.people,
            )
            for led in row.led
        ],
    )


def _teaching(teaching: Teaching, names: dict[str, str]) -> TeachingView:
    return TeachingView(
        id=teaching.id,
        text=teaching.text,
        service_code=teaching.service_code,
        name=names.get(teaching.service_code, ""),
        heard=teaching.heard,
        taught_by=teaching.taught_by,
        taught_at=teaching.taught_at.astimezone(SHANGHAI).isoformat(),
        since=teaching.since,
        until=teaching.until,
    )


def _effect(seen: Preview, names: dict[str, str]) -> EffectView:
    effect = seen.effect
    return EffectView(
        text=seen.lesson.text,
        service_code=seen.lesson.service_code,
        name=seen.item.name,
        revision=seen.edition.revision,
        harmless=effect.harmless,
        useful=effect.useful,
        before=_standing(effect.before, names),
        after=_standing(effect.after, names),
        sentences=effect.sentences,
        moved=[_moved(moved, names) for moved in effect.moved],
    )


def _standing(standing: Standing, names: dict[str, str]) -> StandingView:
    return StandingView(
        decision=standing.decision,
        rank=standing.rank,
        first=standing.first,
        first_name=names.get(standing.first or "", ""),
        hit_at_1=standing.hit_at_1,
        hit_at_3=standing.hit_at_3,
    )


def _moved(moved: Moved, names: dict[str, str]) -> MovedView:
    meant = [names.get(code, code) for code in moved.answer.meant]
    return MovedView(text=moved.answer.text, meant=meant, now=names.get(moved.now or "", ""))


def _explained(explained: Explained) -> ExplainView:
    grounded = zip(explained.match.candidates, explained.reasons, strict=True)
    return ExplainView(
        decision=explained.match.decision,
        focus=explained.match.focus,
        read_as=explained.read_as,
        words=list(explained.words),
        concepts=list(explained.concepts),
        none=explained.none,
        candidates=[
            GroundedView(
                service_code=candidate.service_code,
                name=candidate.name,
                score=candidate.score,
                reasons=[ReasonView.of(reason) for reason in reasons],
            )
            for candidate, reasons in grounded
        ],
        lead=[ReasonView.of(reason) for reason in explained.lead],
    )
