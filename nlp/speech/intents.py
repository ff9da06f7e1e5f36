"""Intents (意图): what somebody wants of the conversation itself: book, move, cancel, a person, yes, no."""

from __future__ import annotations

import re
from typing import Final

from intake.model.speech import Intent
from nlp.speech.days import DAY_WORDS
from nlp.speech.times import TIME_WORDS

# Words that may stand beside an intent without making the sentence one about a matter.
LIGHT_WORDS: Final = re.compile(
    r"我想要|我想|我要|我们|我|你们|你|您|想要|想|要|请|麻烦|帮忙|帮我|帮|给我|给|能不能|可不可以|可以|能|一下子|一下|一个|下|个"
    r"|吗|嘛|呢|呀|啊|吧|哦|噢|啦|了|的|哈|嗯|这个|那个|这|那|就|再|先|都|也|还|去|来|有|没有|没|是|到|把|办事|窗口|大厅|代办员|办事员|工作人员|号|单子"
    r"|[\s,，。.!！?？~～、;；:：()（）…]+"
)
# Read in this order: 不要取消 is a no to a question, not a cancellation; 改约 moves, though 约 alone books.
_CORES: Final = (
    (Intent.RESTART, 0, r"重新开始|从头开始|从头来|重来|重新来|回到开头|回到首页|返回首页|首页|主菜单|返回菜单|退出|结束|清空|不聊了"),
    (Intent.STOP, 0, r"^(?:那|就|还是|我|先)*(?:算了|不办了|不弄了|先?不办|不想办了|没事了|不问了|(?:下次|改天|以后|回头|过几天)(?:再)?(?:说|来|办|弄|看)?|等等再(?:说|办)|再想想|我?(?:再)?考虑(?:考虑|一下)|不麻烦了|打扰了|拜拜|再见)"),
    (Intent.PERSON, 2, r"转?人工(?:客服|服务|坐席)?|真人|找个?人(?:说话|问问|帮忙)?|打?电话问|客服|找工作人员|跟人说|叫个人来|活人|人来接"),
    (Intent.COMPLAINT, 2, r"投诉|差评|态度(?:太|很|真|这么)?(?:差|不好|恶劣)|举报|告你们|我要反映|提意见|提建议"),
    (Intent.LINE, 1, r"(?:排队|等)(?:还)?(?:要|得)(?:等|排)?(?:多久|多长时间)|(?:还)?(?:要|得)?(?:排|等)(?:多久|多长时间|多少时间|几个人)|前面(?:还)?(?:有|排)?(?:几|多少)(?:个|位)?人?|(?:叫|排|轮)到(?:几|哪|多少|第几)(?:个|位)?号?|(?:什么时候|几点|多久)(?:才|能)?(?:轮|叫|排)到我?|(?:快)?(?:轮|叫|排)到我?(?:了)?(?:没有|没|吗|不)"),
    (Intent.MOVE, 0, r"(?:把?[^,，。]{2,12}的?预约)?(?:改约|改(?:个|一下|下)?(?:时间|日期|日子|预约|钟点|天)|换(?:个|一下|下)?(?:时间|日期|日子|天|钟点)|(?:推迟|提前|延后|往后推|往后挪|挪)(?:预约|一下|几天|一天|到)?|改到|换到|改期|预约改)(?:最(?:早|快|近)的?(?:那个|一个)?(?:时间|号)?)?"),
    (Intent.CANCEL, 0, r"取消[^,，。]{2,12}的预约|把?[^,，。]{2,12}的预约(?:给我)?(?:取消|退)(?:掉|了)?|取消(?:预约|掉|办理|申请)?|退(?:掉)?预约|退号|预约(?:给我|都|全)?(?:取消|不要|退)(?:掉|了)?|撤销(?:预约|申请)|不(?:预约|约|去|来|办)了|撤回"),
    (Intent.STATUS, 4, r"我的(?:办件|预约|申请|事情|进度|件|业务)|办件|进度|办(?:得|的)?(?:怎么样|怎样|咋样)|办好(?:了)?(?:没有|没|吗)|办到哪|到哪一步|审批?(?:好|完|过)(?:了)?(?:没有|没|吗)|批下来|什么时候(?:能)?(?:好|办好|办完)|好了没|查件|有结果|出来没"),
    (Intent.BOOK, 0, r"预约|约(?:个|一个)?(?:时间|号|日子)|挂(?:个)?号|取(?:个)?号|排(?:个)?号|约一下|预定|约"),
    (Intent.HELP, 2, r"帮助|怎么用|使用说明|你(?:们)?(?:能|会|可以)(?:做|干|办)(?:些)?(?:什么|啥)|能办(?:些)?(?:什么|啥)|有(?:什么|啥|哪些)功能|不会用|菜单|help|说明书|怎么操作"),
    (Intent.THANKS, 2, r"谢谢|多谢|感谢|谢啦|谢了|辛苦(?:了|你了)?|thanks|thank you|太好了谢谢"),
    (Intent.GREETING, 0, r"你好|您好|早上好|下午好|晚上好|中午好|哈喽|嗨|hello|hi|在吗|在不在|有人吗|喂|早"),
    (Intent.ANY, 1, r"随便(?:哪个|哪里|什么时候)?|都(?:可以|行|好)|哪(?:个|里|儿|天)(?:都)?(?:可以|行)|越(?:快|早)越好|最(?:早|快)(?:是)?(?:什么时候|哪天|几点|几号)(?:能|可以)?(?:有|办|约|去)?(?:号|空|上)?|(?:最|尽)(?:早|快)(?:那个)?(?:的)?|尽快|最近(?:那个)?的?|离(?:我)?(?:家)?(?:最)?近(?:一点)?的?|(?:你|您)(?:来)?(?:定|安排|看着办)|无所谓"),
    (Intent.NO, 0, r"不是|不对|不要|不用|不行|不了|不好|不可以|不需要|错了|没有|否|都不是|不用了|不要了|不想|no|别|取消不要"),
    (Intent.YES, 0, r"是的|对的|好的|可以|行的|没错|确认|确定|同意|嗯嗯|是|对|好|行|嗯|要的|要|中|成|ok|yes|okay|没问题|就这个|就它|就这样|好嘞|好呀|对头|可|有的|办"),
)  # fmt: skip
_CORE: Final = tuple((intent, spare, re.compile(pattern)) for intent, spare, pattern in _CORES)
_REFUSING: Final = re.compile(r"^(?:不|没|别|否|算了|错)")
_LONGEST: Final = 40


def intent_in(text: str) -> Intent | None:
    """The intent of a normalised sentence that says little else, or None.

    Days and times may stand beside it (帮我约明天上午); a matter may not (取消低保 asks for no cancellation).
    """
    if not text or len(text) > _LONGEST:
        return None
    said = TIME_WORDS.sub(" ", DAY_WORDS.sub(" ", text))
    for intent, spare, core in _CORE:
        rest, times = core.subn(" ", said)
        if times and len(LIGHT_WORDS.sub("", rest)) <= spare and not _contradicted(intent, said):
            return intent
    return None


def _contradicted(intent: Intent, said: str) -> bool:
    """可以 inside 不可以 is no yes; the table's order settles every other overlap."""
    return intent is Intent.YES and bool(_REFUSING.match(said.strip()))
