"""Explaining (解释): the matcher's grounds in a keeper's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from intake.model.matching import Explained, Reason
from nlp.matcher import Evidence, Explanation

# A feature that is not listed speaks under its own name: a new channel must not hide from the keeper.
FEATURE_WORDS: Final[Mapping[str, str]] = {
    "gram": "用字和事项的全部文字重合",
    "near": "和一个说法很像",
    "near2": "和一个说法非常像",
    "near_core": "和事项的名称或别名很像",
    "asked": "这句话被一个说法盖住的部分",
    "held": "整个说法出现在这句话里",
    "word": "用词重合",
    "cover": "用词和意思都提到了",
    "thing": "说的东西相同",
    "act": "要做的动作相同",
    "named": "事项名称里的意思都说到了",
    "sound": "读音相近",
    "sound_gain": "字不同但读音相近",
    "alike": "整句话逐字相近",
    "facts": "年龄、身份等情形相符",
    "act_missing": "说到的动作这个事项没有",
    "thing_missing": "说到的东西这个事项没有",
    "gram_lead": "用字重合不如第一名",
    "cover_lead": "意思重合不如第一名",
    "called": "说到了后续动作（补、换、注销等）",
    "uncalled": "没有说到这个事项的后续动作",
    "meant": "意思和一个说法相同",
    "both": "字和意思都和一个说法很像",
    "many": "和几个说法都像",
    "gram_beside": "用字重合只有第一名的几成",
    "word_beside": "用词重合只有第一名的几成",
    "cover_beside": "意思重合只有第一名的几成",
    "near_beside": "最像的说法只有第一名的几成",
    "asked_beside": "被说法盖住的部分只有第一名的几成",
    "meant_beside": "说法的意思只有第一名的几成",
    "both_beside": "字和意思只有第一名的几成",
    "many_beside": "几个说法加起来只有第一名的几成",
    "gram_told": "话长，用字重合更要紧",
    "sense": "整句意思相近",
    "sense_core": "整句意思和名称相近",
    "sense_lead": "整句意思不如第一名相近",
}

# One likeness that several features weigh: apart they would speak for and against the same thing.
_SAME: Final[Mapping[str, str]] = {
    "gram_lead": "gram", "word": "gram", "cover_lead": "cover", "sense_lead": "sense", "sense_core": "sense",
    "sound_gain": "sound", "act_missing": "act", "thing_missing": "thing", "uncalled": "called",
    "near2": "near", "near_core": "near", "asked": "near", "held": "near", "alike": "near", "both": "near", "many": "near",
    "gram_beside": "gram", "gram_told": "gram", "word_beside": "gram", "cover_beside": "cover", "meant_beside": "meant",
    "near_beside": "near", "asked_beside": "near", "both_beside": "near", "many_beside": "near",
}  # fmt: skip
_HARDLY: Final = 0.05


def explained(explanation: Explanation) -> Explained:
    """An explanation as the desk passes it on."""
    reading, match = explanation.reading, explanation.match
    return Explained(
        match=match,
        read_as=" ".join(reading.content.split()),
        words=reading.words,
        concepts=reading.concepts,
        none=round(explanation.none, 4),
        reasons=tuple(tuple(map(_reason, grounds)) for grounds in explanation.evidence),
        lead=tuple(_lead(explanation.against_runner_up)),
    )


def _lead(weighed: Iterable[tuple[str, float]]) -> Iterator[Reason]:
    """Each likeness once, the weightiest first; what hardly weighs is left out."""
    summed: dict[str, float] = {}
    for name, weight in weighed:
        channel = _SAME.get(name, name)
        summed[channel] = summed.get(channel, 0.0) + weight
    for name, weight in sorted(summed.items(), key=lambda pair: -abs(pair[1])):
        if abs(weight) >= _HARDLY:
            yield Reason(name, _says(name), "", round(weight, 3))


def _reason(evidence: Evidence) -> Reason:
    return Reason(evidence.channel, _says(evidence.channel), " ".join(evidence.met.split()), evidence.weight)


def _says(feature: str) -> str:
    return FEATURE_WORDS.get(feature, feature)
