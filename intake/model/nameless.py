"""Nameless words (去标识): a sentence without what could tell who said it, before anything of it is kept.

A rule of thumb, not a proof: it knows numbers, plates, addresses, dates of birth and the places where people put a
name. What it leaves is therefore shown to the catalogue's keeper only, and forgotten after a while.
"""

from __future__ import annotations

import re
import unicodedata

_NUMERAL = "零〇一二三四五六七八九幺两"
_BETWEEN = r"[\s\-—_*·.]?"
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭郎鲁韦马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常傅卞齐康伍余顾孟黄穆萧尹姚邵汪祁毛禹狄臧戴宋庞熊纪舒屈项祝董梁杜阮"
    "蓝闵席季贾江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯卢莫房裘缪丁宣邓郁洪包左石崔吉龚程邢裴陆荣翁荀羊惠甄"
    "封储靳段焦巴牧山谷车侯班仰仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司黎薄印宿白怀蒲赖卓蔺屠蒙池乔胥能苍闻党翟谭贡"
    "申扶冉桑桂牛寿边燕尚农温庄晏柴瞿阎慕连习艾容向古易廖终衡步耿匡文寇广欧沃关蔚隆师巩聂晁敖融阚简饶曾沙丰巢"
    "蒯相查后荆红游竺权盖桓岳楼"
)
_SURNAME = rf"(?:欧阳|司马|上官|诸葛|司徒|夏侯|[{_SURNAMES}])"
# Words that begin like a name and are none; each was met in real sentences.
_NO_NAME = (
    "高龄|高中|高考|高血|高铁|安置|安装|毕业|白内|白血|车祸|车辆|车子|钱包|金额|关系|房产|房子|房屋|常年|平时|单位|余额|全部|明年"
    "|温岭|温州|江西|江苏|广东|广西|云南|山东|山西|山林|山上|山里|田地|田里|林权|林地|牛羊|养老|农村|农保|农民|农业"
    "|花钱|能不|能办|能否|文化|广告|师傅|权利|相关|查询|向政|向上|连续|终身|容易|党员|印章|祖宅|祖坟|后来|红包|石头|花草|左手|左腿|古树|游戏"
    "|楼上|楼下|简单|马上|石棉|安葬|万一|封闭|高级|高层|包工|怀上|怀孕|卫生"
)
_NAME = rf"(?!{_NO_NAME}){_SURNAME}[一-鿿]{{1,2}}?"
# What follows a name, for a name has no end of its own in Chinese.
_END = r"(?=$|[\s,，。.、;；:：!！?？的是要想今女男在住来去年有和跟与办需现已他她我身户社医残电手生老家出得病没不\d])"
_KIN = (
    "妈妈|爸爸|母亲|父亲|爷爷|奶奶|外公|外婆|老公|老婆|丈夫|妻子|爱人|儿子|女儿|公公|婆婆|岳父|岳母|孙子|孙女|哥哥|姐姐|弟弟|妹妹"
    "|邻居|村民|同事|朋友|老人|我妈|我爸|我哥|我姐|我弟|我妹"
)
_CALLED = r"(?:我叫|名叫|名字[是叫]|姓名[是为叫]?|本人[是叫]?|户主[是叫]?|申请人[是叫]?|法人[是叫]?|患者|死者|联系人)"
_PAPER = r"(?=的(?:身份证|户口|社保|医保|房产|养老|残疾|结婚|驾|银行|低保))"
_TITLE = r"(?=先生|女士|小姐|同志|大爷|大妈|大娘|大伯|阿姨)"
_START = r"(?:(?<=^)|(?<=[\s,，。;；:：]))"

_GIVEAWAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+",
        r"(?:https?://|www\.)\S+",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z]\s?[·.]?\s?[a-z0-9]{5,6}(?![a-z0-9])",
        r"(?:19|20)\d{2}\s?[年./-]\s?\d{1,2}\s?[月./-](?:\s?\d{1,2}\s?[日号]?)?",
        # An ID number, a telephone number, a bank card, a case number; 12345 and its like are not longer than five.
        rf"[a-z]{{0,4}}\d(?:{_BETWEEN}[\dx*]){{5,}}",
        rf"[{_NUMERAL}](?:\s?[{_NUMERAL}]){{6,}}",
        r"\d+\s?(?:号\s?)?\d*\s?(?:幢|栋|单元|号楼|室)(?:\s?\d+\s?(?:幢|栋|单元|号楼|室))*",
        r"(?<=[路街村弄巷])\s?\d+\s?号",
        rf"{_SURNAME}[一-鿿]{{0,2}}?{_TITLE}",
        rf"{_START}{_NAME}{_PAPER}",
    )
)
_AFTER_A_CUE = re.compile(rf"(?P<cue>{_CALLED}[:：]?\s?|(?:{_KIN})[叫是]?\s?){_NAME}{_END}")
_LOOSE = re.compile(r"\s*[,，、;；:：]*\s+[,，、;；:：]*\s*|[,，、;；:：]{2,}")
_EDGES = " ,，.。、;；:：!！?？~…\"'“”‘’()（）"
# Two letters of any script, or a hotline.
_SAYS_SOMETHING = re.compile(r"(?:[㐀-鿿a-z].*){2}|^\d{3,5}$", re.IGNORECASE)


def nameless(text: str) -> str:
    """The words without ID and telephone numbers, plates, addresses, dates of birth and names; "" when little is left."""
    said = unicodedata.normalize("NFKC", text)
    # What stood on both sides of a number may be one itself once they meet.
    while (less := _without_giveaways(said)) != said:
        said = less
    return said if _SAYS_SOMETHING.search(said) else ""


def _without_giveaways(said: str) -> str:
    for giveaway in _GIVEAWAYS:
        said = giveaway.sub(" ", said)
    said = _AFTER_A_CUE.sub(lambda met: f"{met['cue'].strip()} ", said)
    return _LOOSE.sub(" ", said).strip(_EDGES)
