"""Pages of text as the reader would hand them over, for scenes that need no picture."""

from __future__ import annotations

import math

from materials.model import DocumentKind
from materials.page import Page, Point, TextLine

LINE = 40
_CHARACTER = 36


def line(text: str, x: float, y: float, *, confidence: float = 0.99, slant: float = 0.0) -> TextLine:
    """A line whose top left is (x, y) before the whole page is turned by `slant` degrees."""
    width = sum(_CHARACTER if sign > "\u2e00" else _CHARACTER / 2 for sign in text)
    corners = ((x, y), (x + width, y), (x + width, y + LINE), (x, y + LINE))
    a, b, c, d = (_turned(corner, math.radians(slant)) for corner in corners)
    return TextLine(text, confidence, (a, b, c, d))


def page(*rows: tuple[str, ...], slant: float = 0.0, confidence: float = 0.99) -> Page:
    """Rows of cells, 300 px from cell to cell 80 px from row to row; an empty cell stays free."""
    return Page.of(
        line(text, 100 + 300 * column, 100 + 80 * row, slant=slant, confidence=confidence)
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
        if text
    )


def _turned(point: Point, angle: float) -> Point:
    x, y = point
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


EVERY_KIND = {
    DocumentKind.HOUSEHOLD_REGISTER: (
        "常住人口登记卡",
        "姓名",
        "户主或与户主关系",
        "曾用名",
        "籍贯",
        "公民身份号码",
    ),
    DocumentKind.MARRIAGE_CERTIFICATE: ("结婚证", "持证人", "登记日期", "结婚证字号", "姓名", "身份证件号"),
    DocumentKind.BIRTH_CERTIFICATE: (
        "出生医学证明",
        "新生儿姓名",
        "性别",
        "出生孕周",
        "母亲姓名",
        "父亲姓名",
    ),
    DocumentKind.DEATH_CERTIFICATE: ("居民死亡医学证明（推断）书", "死者姓名", "死亡日期", "死亡原因"),
    DocumentKind.DISABILITY_CERTIFICATE: (
        "中华人民共和国残疾人证",
        "姓名",
        "性别",
        "残疾类别",
        "残疾等级",
        "住址",
    ),
    DocumentKind.PROPERTY_CERTIFICATE: ("不动产权证书", "权利人", "共有情况", "坐落", "不动产单元号"),
    DocumentKind.BUSINESS_LICENCE: ("营业执照", "统一社会信用代码", "名称", "经营者", "经营范围", "登记机关"),
    DocumentKind.MEDICAL_RECORD: ("样例县人民医院", "门诊病历", "科室", "主诉", "诊断", "医师"),
    DocumentKind.CONTRACT: ("房屋租赁合同", "出租方", "承租方", "违约责任"),
    DocumentKind.CERTIFICATE: ("收入证明", "兹证明", "特此证明", "样板村村民委员会"),
    DocumentKind.FORM: ("高龄津贴申请表", "姓名", "性别", "公民身份号码", "住址", "申请人签名"),
}
