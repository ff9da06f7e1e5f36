"""Explaining (解释): the matcher's grounds in a keeper's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from intake.model.matching import Explained, Reason
from nlp.matcher import Evidence, Explanation

# A feature that is not listed speaks under its own name: a new channel must not hide from the keeper.
FEATURE_WORDS: Final[Mapping[str, str]] = {
    "gram": "用的字，这个事项里大多有",
    "near": "和清单里的一个说法很像",
    "near2": "和清单里的一个说法几乎一样",
    "near_core": "和事项的名称或别名很像",
    "asked": "这句话大半就是清单里的一个说法",
    "held": "清单里的一个说法，大半出现在这句话里",
    "word": "用的词，这个事项里有",
    "cover": "说到的词和意思，这个事项里都有",
    "thing": "说的是同一样东西（证、房子、补贴等）",
    "act": "要做的是同一件事（补办、领取、注销等）",
    "named": "事项名称里的意思都说到了",
    "sound": "读起来很像",
    "sound_gain": "字不一样，读起来很像",
    "alike": "和一个说法的字句相近",
    "facts": "年龄、身份、丢了什么等情形相符",
    "act_missing": "要做的事，这个事项里没有",
    "thing_missing": "说的东西，这个事项里没有",
    "gram_lead": "用的字不如第一项对得上",
    "cover_lead": "说到的意思不如第一项齐",
    "called": "说到了后面的步骤（补、换、注销等）",
    "uncalled": "没有说到这个事项要做的步骤",
    "meant": "和一个说法意思相同",
    "both": "字和意思都和一个说法很像",
    "many": "和好几个说法都像",
    "gram_beside": "用的字不如最像的事项对得上",
    "word_beside": "用的词不如最像的事项对得上",
    "cover_beside": "说到的意思不如最像的事项齐",
    "near_beside": "不如最像的事项那样像一个说法",
    "asked_beside": "不如最像的事项那样盖住这句话",
    "meant_beside": "意思不如最像的事项接近",
    "both_beside": "字和意思都不如最像的事项接近",
    "many_beside": "像的说法不如最像的事项多",
    "gram_told": "话说得长，用的字更能说明问题",
    "speech": "和大家说起这件事的话合得来",
    "speech_lead": "和大家说起这件事的话不如第一项合",
    "speech_beside": "和大家说起这件事的话不如最像的事项合",
    "speech_told": "话说得长，和大家的说法合不合更要紧",
    "sense": "整句话的意思相近",
    "sense_core": "整句话的意思和事项名称相近",
    "sense_lead": "整句话的意思不如第一项相近",
}
# What one of two items has more of, by the likeness that several features weigh together.
LEAD_WORDS: Final[Mapping[str, str]] = {
    "near": "和清单里的说法更像（用字或读音）",
    "gram": "用的字和词更对得上",
    "speech": "和大家说起这件事的话更合",
    "cover": "说到的意思更齐",
    "thing": "说的东西更对得上",
    "act": "要做的事更对得上",
    "named": "事项名称里的意思说到得更全",
    "called": "后面的步骤（补、换、注销等）更对得上",
    "meant": "和一个说法的意思更相同",
    "facts": "年龄、身份、丢了什么等情形更相符",
    "sense": "整句话的意思更接近",
}

# One likeness that several features weigh: apart they would speak for and against the same thing. Sound belongs to the
# phrase it was heard in: apart, the second item seemed to sound better wherever the first was written out to the letter.
SAME: Final[Mapping[str, str]] = {
    "gram_lead": "gram", "word": "gram", "cover_lead": "cover", "sense_lead": "sense", "sense_core": "sense",
    "sound": "near", "sound_gain": "near", "act_missing": "act", "thing_missing": "thing", "uncalled": "called",
    "near2": "near", "near_core": "near", "asked": "near", "held": "near", "alike": "near", "both": "near", "many": "near",
    "speech_lead": "speech", "speech_beside": "speech", "speech_told": "speech",
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
        words=tuple(reading.words),
        concepts=reading.concepts,
        none=round(explanation.none, 4),
        reasons=tuple(tuple(map(_reason, grounds)) for grounds in explanation.evidence),
        lead=tuple(_lead(explanation.against_runner_up)),
    )


def _lead(weighed: Iterable[tuple[str, float]]) -> Iterator[Reason]:
    """Each likeness once, the weightiest first; what hardly weighs is left out."""
    summed: dict[str, float] = {}
    for name, weight in weighed:
        channel = SAME.get(name, name)
        summed[channel] = summed.get(channel, 0.0) + weight
    for name, weight in sorted(summed.items(), key=lambda pair: -abs(pair[1])):
        if abs(weight) >= _HARDLY:
            yield Reason(name, LEAD_WORDS.get(name, name), "", round(weight, 3))


def _reason(evidence: Evidence) -> Reason:
    says = FEATURE_WORDS.get(evidence.channel, evidence.channel)
    return Reason(evidence.channel, says, " ".join(evidence.met.split()), evidence.weight)
