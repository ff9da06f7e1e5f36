"""Joins the reading room to the desk: its readings as page facts, its refusals as the desk's."""

from __future__ import annotations

from intake.errors import Busy, PhotoRefused
from intake.model.case import PageFacts
from intake.ports import ReadPhoto
from materials.model import PhotoReading, Trust
from materials.model import PhotoRefused as NotTaken
from materials.model import Refusal as Why
from materials.pool import PhotoReader
from materials.rendering import masked_value
from materials.wording import refusal_phrase

_CARD_SIDES = {"id_card_front": "id_card", "id_card_back": "id_card"}


class ReadingRoom:
    """The workshop's reader behind the desk's port."""

    def __init__(self, reader: PhotoReader) -> None:
        self._reader = reader

    async def read(self, content: bytes, *, expected_kind: str | None) -> ReadPhoto:
        """An upright page without metadata and what is on it."""
        try:
            reading = await self._reader.read(content, expected_kind=expected_kind)
        except NotTaken as refused:
            if refused.code is Why.BUSY:
                raise Busy from refused
            phrase = refusal_phrase(refused.code)
            raise PhotoRefused(
                why=phrase.sentence, how=phrase.next_step, reason=refused.code.value
            ) from refused
        return ReadPhoto(reading.page, _facts(reading))


def _facts(reading: PhotoReading) -> PageFacts:
    """What may be kept beside the case: numbers masked, for the page itself lies encrypted and can be read again."""
    said = reading.judgement
    kind = str(reading.kind.kind)
    return PageFacts(
        kind=_CARD_SIDES.get(kind, kind),
        confidence=reading.kind.confidence,
        verdict=str(said.verdict),
        reason=str(said.reason),
        advice=f"{said.sentence}{said.next_step}",
        fields={
            str(f.name): f"{masked_value(f)}{'' if f.trust is Trust.PROVED else '？'}" for f in reading.fields
        },
    )
