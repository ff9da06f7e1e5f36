"""Receipts and notices (回执与告知单): the papers a person takes home, as PDF in large print.

Each is one function from nouns to bytes. It costs about a third of a second of processor time, so a server calls it
beside the event loop. Names and ID numbers are masked: papers are left lying on counters.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from intake.model.calendar import DueDay, day_text, local_day
from intake.model.case import Case, CaseMaterial, Verdict
from intake.model.catalogue import Need, ProjectType, ServiceItem, TimeLimit
from intake.model.people import Person, mask_name
from intake.model.places import Hall
from papers.sheet import Column, Sheet

_FAULTS: Mapping[Verdict, str] = {
    Verdict.UNREADABLE: "看不清",
    Verdict.WRONG: "不是这样材料",
    Verdict.MISSING: "缺少",
}
_REMEDY = (
    "您如果不同意这个结果，可以从收到本告知书之日起六十日内依法申请行政复议，"
    "或者六个月内依法向人民法院提起行政诉讼。"
)


def receipt(case: Case, item: ServiceItem, hall: Hall, person: Person, *, link: str, at: datetime) -> bytes:
    """收件回执: what the hall has in hand, when the person may expect the result, and where to look meanwhile.

    `link` is what the QR code holds: the address under which the case shows its progress.
    """
    sheet = Sheet("收件回执", hall.name, at)
    sheet.facts(
        [
            *_who(case),
            ("身份证号", person.id_number.masked),
            ("收件地点", f"{hall.name}（{hall.address}）"),
            ("办件类型", case.project_type),
            ("承诺时限", _limit(item.promised_limit)),
            ("预计办结", _expected(case)),
            ("办好后给您", item.result_name),
            ("怎么拿", "、".join(item.delivery)),
        ],
        code=link,
    )
    sheet.heading("已收到的材料")
    columns = (Column("序号", 1.3), Column("材料", 6), Column("页数", 1.2), Column("说明", 3))
    sheet.table(columns, [_received(n, m) for n, m in enumerate(case.materials, start=1)])
    sheet.heading("接下来")
    sheet.steps(
        [
            "用手机扫右上角的二维码，或者在手机上发“我的办件”，随时看进度。",
            "材料有问题，我们会一次说全并通知您，不让您来回跑。",
            f"有事请打电话：{hall.phone}。办好以后，请您给我们评价。",
        ]
    )
    return _signed(sheet, hall, at)


def acceptance_notice(
    case: Case, item: ServiceItem, hall: Hall, person: Person, *, link: str, at: datetime
) -> bytes:
    """受理通知书: that the matter is accepted, who decides it, and the last day the county has promised.

    Raises `ValueError` for a case that is not accepted: a promise must not be printed before it is made.
    """
    if case.accepted_at is None:
        raise ValueError(f"case {case.number} is not accepted")
    sheet = Sheet("受理通知书", hall.name, at)
    sheet.facts(
        [
            *_who(case),
            ("身份证号", person.id_number.masked),
            ("受理日期", _day(local_day(case.accepted_at))),
            ("审批部门", case.department),
            ("承诺时限", _limit(item.promised_limit)),
            ("最晚办结", _expected(case)),
            ("办好后给您", item.result_name),
        ],
        code=link,
    )
    sheet.paragraph(f"您申请的“{case.service_name}”，材料齐全、符合要求，我们已经受理。")
    later = [m.name for m in case.materials if m.owed]
    if later:
        sheet.heading("以后要补交的材料")
        sheet.steps(
            [f"{m.name}：请在{_day(m.promise.due_on)}前补交" for m in case.materials if m.owed and m.promise]
        )
    sheet.heading("接下来")
    sheet.steps(
        [
            "不用来回跑：办得怎么样了，扫右上角的二维码就能看。",
            "办好以后我们会通知您来取，或者给您寄到家、送上门。",
            f"到了最晚办结的日子还没有消息，请打电话：{hall.phone}，我们给您查。",
        ]
    )
    return _signed(sheet, hall, at)


def collection_slip(case: Case, item: ServiceItem, hall: Hall, *, link: str, at: datetime) -> bytes:
    """领取凭证: what is ready, how it comes to the person, and what to bring; the code that opens it stays on the phone.

    Raises `ValueError` for a case whose result is not out.
    """
    issue = case.issue
    if issue is None:
        raise ValueError(f"nothing of case {case.number} is ready")
    sheet = Sheet("领取凭证", hall.name, at)
    sheet.facts(
        [
            *_who(case),
            ("可以领取", item.result_name),
            ("怎么拿", issue.way),
            ("领取地点", f"{hall.name}（{hall.address}）" if issue.way == "窗口领取" else ""),
            ("出件日期", _day(local_day(issue.issued_at))),
        ],
        code=link,
    )
    sheet.heading("请这样领取" if issue.way == "窗口领取" else "请留意")
    sheet.steps(_collecting(issue.way, hall))
    return _signed(sheet, hall, at)


def _collecting(way: str, hall: Hall) -> list[str]:
    if way == "窗口领取":
        return [
            "带上本人身份证和手机上收到的取件码，到窗口领取；取件码没有印在这张纸上，捡到的人拿不走。",
            "请人代领的，带上两个人的身份证。",
            f"忘了取件码，凭身份证也能取。电话：{hall.phone}。",
        ]
    return [
        "免费寄到您留的地址，请保持电话畅通。" if way == "邮寄" else "工作人员会先打电话，再送到您家里。",
        f"三天还没有收到，请打电话：{hall.phone}。",
    ]


def correction_notice(case: Case, item: ServiceItem, hall: Hall, *, link: str, at: datetime) -> bytes:
    """一次性告知单: every material that has to be put right, how, and by which day; `link` leads to sending them again.

    Raises `ValueError` for a case of which no correction is asked: an empty notice would send somebody on an errand.
    """
    asked = case.correction
    if asked is None:
        raise ValueError(f"nothing is asked of case {case.number}")
    sheet = Sheet("一次性告知单（补正通知）", hall.name, at)
    sheet.facts([*_who(case), ("最晚补齐日", _day(asked.due_on))], code=link)
    sheet.paragraph(
        "您交的材料里，下面这些需要补正。我们已经全部列出，补齐后接着办，等您补正的日子不算在办理时限里。"
    )
    columns = (Column("序号", 1.3), Column("材料", 4), Column("问题", 4), Column("怎么补", 4))
    faults = [m for m in case.materials if m.verdict in _FAULTS]
    if faults:
        sheet.table(columns, [_fault(n, m, item) for n, m in enumerate(faults, start=1)])
    if asked.remark:
        sheet.heading("另请注意")
        sheet.paragraph(asked.remark)
    sheet.heading("怎么交")
    sheet.steps(
        [
            "用手机扫右上角的二维码，拍照重新发来，不用再跑一趟。",
            f"也可以带到任何一个便民服务中心的窗口补交，或者请村代办员帮您交（电话：{hall.phone}）。",
            "到期前来不及的，请先打电话说明，我们帮您想办法。",
        ]
    )
    return _signed(sheet, hall, at)


def refusal_notice(case: Case, hall: Hall, *, link: str, at: datetime) -> bytes:
    """不予办理告知书: the reason, the legal ground and the way that does work.

    Raises `ValueError` unless the case was turned down with all three: nobody is handed a bare no.
    """
    outcome = case.outcome
    if outcome is None or outcome.granted or not (outcome.reason and outcome.ground and outcome.instead):
        raise ValueError(f"case {case.number} was not turned down with reason, ground and a way on")
    sheet = Sheet("不予办理告知书", hall.name, at)
    sheet.facts([*_who(case), ("承办部门", case.department)], code=link)
    sheet.heading("这件事这次办不了，原因是")
    sheet.paragraph(outcome.reason)
    sheet.heading("依据")
    sheet.paragraph(outcome.ground)
    sheet.heading("您可以这样办")
    sheet.paragraph(outcome.instead)
    sheet.paragraph(f"不清楚的地方请打电话：{hall.phone}，我们和您一起想办法。")
    sheet.heading("您的权利")
    sheet.paragraph(_REMEDY)
    return _signed(sheet, hall, at)


def _who(case: Case) -> list[tuple[str, str]]:
    return [
        ("办件编号", case.number),
        ("办理事项", case.service_name),
        ("申请人", mask_name(case.applicant_name)),
        ("代办人", case.proxy_name),
    ]


def _received(number: int, material: CaseMaterial) -> tuple[str, str, str, str]:
    pages = f"{len(material.pages)}页" if material.pages else "—"
    return str(number), material.name, pages, _standing(material)


def _standing(material: CaseMaterial) -> str:
    if material.pages:
        return _FAULTS.get(material.verdict, "已收")
    if material.need is Need.LATER:
        return "可以以后补交"
    if material.when:
        return f"{material.when}才需要"
    return "未交" if material.need is Need.REQUIRED else "未交（非必要）"


def _fault(number: int, material: CaseMaterial, item: ServiceItem) -> tuple[str, str, str, str]:
    wanted = item.material(material.key)
    fault = _FAULTS[material.verdict]
    trouble = f"{fault}：{material.remark}" if material.remark else fault
    return str(number), material.name, trouble, (wanted.how if wanted else "") or "请补交"


def _limit(limit: TimeLimit) -> str:
    if limit.days == 0:
        return "当场办结"
    return f"受理之日起{limit.days}个{'工作日' if limit.working else '自然日'}"


def _expected(case: Case) -> str:
    if case.project_type is ProjectType.IMMEDIATE:
        return "当场"
    return _due(case.due) if case.due else "受理后马上告诉您"


def _due(due: DueDay) -> str:
    leaning = "（节假日安排还没公布，可能顺延）" if due.provisional else ""
    return f"{_day(due.day)}前{leaning}"


def _day(day: date) -> str:
    """With its year: a paper is still read years later."""
    return f"{day.year}年{day_text(day)}"


def _signed(sheet: Sheet, hall: Hall, at: datetime) -> bytes:
    sheet.signature([hall.name, _day(local_day(at))])
    return sheet.finished()
