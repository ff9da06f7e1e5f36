"""Persons (为谁办): for whom a person asks."""

from __future__ import annotations

import re
from typing import Final

# The first group that is met decides; the dead come first, because 我爸去世了 asks about a death, not for a father.
_WHO: Final = (
    ("亡者", re.compile(r"去世|过世|病故|离世|亡故|死亡|人没了|走了以后|不在人世|死了|老掉了"
                     r"|(?:爸|妈|爹|娘|爷爷|奶奶|外公|外婆|父亲|母亲|公公|婆婆|老公|老婆|爱人|老人家?|老爷子|老太太|姆妈|阿爸)"
                     r"(?:昨天|前天|上周|上个?月|刚刚?|已经|今年|去年|突然|前几天)*(?:走了|没了|不在了|殁了|老了(?!十|岁))")),
    ("父母", re.compile(r"(?:我|咱|他|她|家里?)?(?:老)?(?:爸妈|父母|爹娘|爷娘)|[我咱家](?:的|家)?(?:老)?(?:爸|妈|父亲|母亲|爹|娘|阿爸|姆妈)"
                     r"|老(?:爸|妈|爹|娘)|父亲|母亲|爸爸|妈妈|公公|婆婆|岳父|岳母|丈母娘|老丈人")),
    ("祖父母", re.compile(r"爷爷|奶奶|外公|外婆|姥姥|姥爷|太公|太婆|祖父|祖母|阿公|阿婆")),
    ("配偶", re.compile(r"老公|老婆|丈夫|妻子|爱人|配偶|媳妇|孩子他爸|孩子他妈|娃他爸|娃他妈|当家的")),
    ("孙辈", re.compile(r"孙子|孙女|外孙")),
    ("子女", re.compile(r"孩子|小孩|娃|宝宝|婴儿|儿子|女儿|闺女|小囡|子女|新生儿|小人")),
    ("兄弟姐妹", re.compile(r"哥哥|弟弟|姐姐|妹妹|[我咱]哥|[我咱]弟|[我咱]姐|[我咱]妹|兄弟|姐妹")),
    ("邻居", re.compile(r"邻居|隔壁|同村的|村里(?:的)?老人")),
    ("企业", re.compile(r"(?:我们|本|我)(?:公司|单位|厂|企业|店)")),
)  # fmt: skip
# What may stand beside a person when nothing but the person is said: 给我妈办的, 是我老婆要, 替我爷爷.
_BESIDE: Final = re.compile(
    r"[我咱他她你您](?:的|家|们)?|给|替|帮|为|代|让|是|就是|要|想|办理|办|弄|用|来|去|的|了|呢|啊|吧|呀|这个|这件事|这事|一个|老人家?|自己|本人|家里人?|家人|亲戚|申请"
    r"|[\s,，。.!！?？]"
)
_KIN: Final = re.compile(r"家里人|家人|亲戚|老人家?")
_SOMEBODYS: Final = re.compile(r"[替帮给代][他她]")
_NOBODYS: Final = frozenset({"亡者", "企业"})
_SELF: Final = re.compile(r"我自己|本人|我本人|自己(?:办|的)|给我办|我要办|我的")


def person_in(text: str) -> str:
    """父母, 祖父母, 配偶, 子女, 孙辈, 兄弟姐妹, 邻居, 企业, 亡者 or 本人; "" when nobody is told."""
    for who, pattern in _WHO:
        if pattern.search(text):
            return who
    return "本人" if _SELF.search(text) else ""


def only_whom(text: str) -> str:
    """For whom, when a normalised sentence says nothing else: as `person_in`, or 家人 when it does not say which."""
    who = next(
        ((who, pattern) for who, pattern in _WHO if who not in _NOBODYS and pattern.search(text)), None
    )
    rest = who[1].sub("", text) if who else text
    if not text or _BESIDE.sub("", rest):
        return ""
    if who is not None:
        return who[0]
    if _KIN.search(text) or _SOMEBODYS.search(text):
        return "家人"
    return "本人" if "我" in text or "自己" in text or "本人" in text else ""
