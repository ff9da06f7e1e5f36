"""Aspects (所问): what a sentence wants to know of a matter or a hall: papers, fee, hours, the way there."""

from __future__ import annotations

import re
from typing import Final

from intake.model.speech import Aspect
from nlp.speech.days import DAY_WORDS
from nlp.speech.intents import LIGHT_WORDS
from nlp.speech.times import TIME_WORDS

_WHAT: Final = r"(?:什么|啥|哪些|哪几样|些什么|些啥)"
_PAPERS: Final = r"(?:材料|资料|证件|东西|手续|证明|单子|文件)"
_OPEN: Final = r"(?:上班|下班|开门|关门|营业|办公|开放|对外|值班)"
_MAY: Final = r"(?:能不能|可不可以|可以|能|行|会)?"
_SELF: Final = r"(?:本人|自己|亲自|我)"
_KINSFOLK: Final = r"(?:别人|家人|家里人|亲戚|儿子|女儿|子女|孩子|老公|老婆|他人|人家|朋友|邻居)"
_TABLE: Final = (
    (
        Aspect.MATERIALS,
        (rf"(?:需?要|得|用)?(?:准备|带|拿|备|交|提供)(?:好|上)?{_WHAT}{_PAPERS}?|(?:需?要|用|交|缺){_WHAT}{_PAPERS}"
        rf"|{_PAPERS}(?:清单|(?:有|要|是){_WHAT}|怎么准备)|{_WHAT}{_PAPERS}"),
    ),
    (
        Aspect.FEE,
        (r"(?:要|得|收|花)?(?:多少|几块|几多)(?:钱|费用?)|(?:要|收|花|交|用)(?:不要|不收)?钱|收费(?:标准|多少)?|费用(?:多少|怎么算)?"
        r"|(?:是)?免费|怎么收(?:费|钱)|价格|贵不贵"),
    ),
    (
        Aspect.LIMIT,
        (r"(?:要|得|需要)?(?:多久|多长时间|几天|多少天|几个工作日|多少时间)(?:才)?(?:能|可以)?(?:办好|办完|办下来|下来|拿到|好|出来|完成)?"
        r"|当场(?:能|可以)?(?:办|拿|取)(?:好|到|走)?|(?:能)?(?:马上|立刻|当天)(?:办好|拿到|拿|好)"),
    ),
    (
        Aspect.HOURS,
        (rf"(?:几点钟?|什么时候|啥时候|什么时间|何时){_OPEN}|(?:上班|办公|营业|开门|工作|办理)时间|{_OPEN}(?:不{_OPEN}|没有?)?"
        r"|开(?:不开|没开|着)?门|(?:有没有|有)人(?:在|上班|值班)|休(?:不休)?息|放假|关(?:不关|没关)?门|开到几点(?:钟)?"),
    ),
    (
        Aspect.PHONE,
        r"(?:联系|咨询)?电话(?:号码?)?(?:是)?(?:多少|几号)?|(?:怎么|如何)联系|联系方式|打(?:什么|哪个|哪里的?)电话|号码是?多少",
    ),
    (
        Aspect.DELIVERY,
        rf"{_MAY}(?:邮寄|寄(?:到|回|给)?(?:家里|家|来)?|快递(?:到家|送)?)|(?:怎么|去哪里?|到哪里?|哪里)(?:拿|取|领)(?:证|结果|件)?",
    ),
    (
        Aspect.ONLINE,
        (r"(?:在)?(?:网上|线上|手机(?:上)?|浙里办|网络|掌上)(?:能不能|可不可以|能|可以|怎么)?(?:办理|办|弄|申请|交)?"
        r"|(?:一定|必须|非)?(?:要|得)(?:去|到)(?:窗口|现场|大厅|中心)(?:去|办)?|(?:能|可以)?不(?:跑|去(?:窗口|现场|大厅))(?:能|可以|行)?"),
    ),
    (
        Aspect.BY_ANOTHER,
        (rf"(?:一定|必须|非)?(?:要|得|需要)?(?:不要|不用)?{_SELF}(?:一定|必须)?(?:要|得)?(?:去|来|到场|到|亲自)(?:办|跑)?"
        rf"|(?:叫|让|由|请)?{_KINSFOLK}{_MAY}(?:代替?|帮|替)?(?:我|他|她|老人)?(?:去|来)?(?:代办|办|弄)|(?:叫|请|找)?(?:人|谁){_MAY}(?:代办|代)|{_MAY}代办"
        rf"|{_MAY}(?:叫|让|由|请){_KINSFOLK}"),
    ),
    (
        Aspect.AT_HOME,
        rf"{_MAY}(?:不能)?(?:上门|到家里?|来家里|到我家|来我家)(?:来)?(?:服务|办理|办)?",
    ),
    (
        Aspect.CONDITIONS,
        rf"(?:要|有|符合|需要)?{_WHAT}(?:条件|要求)|(?:有)?(?:没有)?(?:条件|要求)(?:有|是)?{_WHAT}?|(?:谁|什么人|哪些人|啥人)(?:能|可以)(?:办|申请|领)",
    ),
    (
        Aspect.WHERE,
        (r"(?:在|去|到)?(?:哪里|哪儿|哪|什么地方|哪个(?:地方|窗口|中心|大厅)|啥地方)(?:可以|能)?(?:办理|办|弄|申请)?|地址|位置|怎么(?:走|去|过去)"
        r"|(?:附近|就近)(?:哪里|有)?"),
    ),
)  # fmt: skip
_ASPECTS: Final = tuple((aspect, re.compile(pattern)) for aspect, pattern in _TABLE)
# What may be left of a sentence that only asks: the hall, the matter by a pronoun, a particle.
_BESIDE: Final = re.compile(
    r"便民服务中心|行政服务中心|服务中心|办事大厅|大厅|中心|这件事|这事|那件事|事情|这种|办理|办|申请|周末|平时|中午|一般|大概|请问|问一下|问下|告诉"
    r"|知道|不知道|需要|还要|另外|到时候|过去|怎样|怎么|多少|什么|不"
)
_LONGEST: Final = 30
_SPARE: Final = 1


def aspects_in(text: str, places: tuple[str, ...] = ()) -> tuple[Aspect, ...]:
    """What a normalised sentence asks about, in the table's order; () when it says more than that.

    Days, times and the given place names may stand beside it (安文周六上班吗); a matter may not, for then the matter is
    what has to be found (老年证要带什么).
    """
    if not text or len(text) > _LONGEST:
        return ()
    said = text
    for place in sorted(places, key=len, reverse=True):
        said = said.replace(place, " ")
    asked: list[Aspect] = []
    for aspect, pattern in _ASPECTS:
        rest = pattern.sub(" ", said)
        if rest != said:
            asked.append(aspect)
            said = rest
    rest = TIME_WORDS.sub(" ", DAY_WORDS.sub(" ", said))
    rest = LIGHT_WORDS.sub("", _BESIDE.sub(" ", rest))
    return tuple(asked) if len(rest) <= _SPARE else ()
