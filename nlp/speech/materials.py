"""Materials (材料): papers a person names, and the one they lost."""

from __future__ import annotations

import re
from typing import Final

# Longer names stand before the names inside them: 临时身份证 is not 身份证.
_PAPERS: Final = (
    ("临时身份证", ("临时身份证",)),
    ("居民身份证", ("居民身份证", "身份证", "二代证")),
    ("居民户口簿", ("户口簿", "户口本", "户口册")),
    ("结婚证", ("结婚证",)),
    ("离婚证", ("离婚证",)),
    ("出生医学证明", ("出生医学证明", "出生证明", "出生证")),
    ("社会保障卡", ("社会保障卡", "社保卡", "市民卡", "医保卡")),
    ("不动产权证", ("不动产权证书", "不动产权证", "不动产证", "房产证", "房本", "产权证", "土地证")),
    ("机动车驾驶证", ("机动车驾驶证", "驾驶证", "驾照")),
    ("机动车行驶证", ("机动车行驶证", "行驶证", "行车证")),
    ("机动车号牌", ("机动车号牌", "车牌", "号牌")),
    ("营业执照", ("营业执照",)),
    ("残疾人证", ("残疾人证", "残疾证")),
    ("老年优待证", ("老年优待证", "优待证", "老年证", "老人证")),
    ("护照", ("护照",)),
    ("港澳通行证", ("港澳通行证", "通行证")),
    ("居住证", ("居住证", "暂住证")),
    ("教师资格证", ("教师资格证", "教师证")),
    ("独生子女证", ("独生子女证", "光荣证")),
    ("林权证", ("林权证",)),
    ("死亡证明", ("死亡医学证明", "死亡证明", "火化证")),
    ("病历", ("病历", "出院小结", "诊断书", "诊断证明")),
    ("发票", ("发票", "收据")),
    ("银行卡", ("银行卡", "存折")),
    ("照片", ("照片", "寸照", "相片")),
    ("合同", ("合同", "协议")),
)
_NAMES: Final = {name: paper for paper, names in _PAPERS for name in names}
PAPER_WORDS: Final = "|".join(sorted(map(re.escape, _NAMES), key=len, reverse=True))
_PAPER: Final = re.compile(PAPER_WORDS)
_GONE: Final = r"丢|掉了|掉在|掉河|掉水|遗失|不见|找不到|找不着|被偷|偷了|挂失|落在|落了|弄没|没影|烧了|烧掉|冲走|寻不|洗没|忘在"
_LOST: Final = re.compile(rf"({_PAPER.pattern})[^，,。.;；?？!！]{{0,8}}?(?:{_GONE})")
_GONE_FIRST: Final = re.compile(rf"(?:{_GONE})[^，,。.;；?？!！]{{0,4}}?({_PAPER.pattern})")


def materials_in(text: str) -> tuple[str, ...]:
    """The papers a sentence names, by their official names, in order of appearance."""
    return tuple(dict.fromkeys(_NAMES[found] for found in _PAPER.findall(text)))


def lost_in(text: str) -> str:
    """The official name of the paper a sentence says is lost, or ""."""
    found = _LOST.search(text) or _GONE_FIRST.search(text)
    return _NAMES[found.group(1)] if found else ""
