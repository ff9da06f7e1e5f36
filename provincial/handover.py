"""The hand-over (收件登记): an accepted case as the province's intake platform writes it down.

The tags are those of the platform's `baseInfoXml` and `attrXml` as seen in public traces of 2017 and 2018, its
misspellings included. What a code stands for was published nowhere: a county sets such values in `Issuer.fixed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from intake.model.calendar import SHANGHAI
from intake.model.case import Case, CaseMaterial, Page
from intake.model.catalogue import ServiceItem
from intake.model.ids import PageId
from intake.model.people import Door, Person

Record = Mapping[str, str]  # a value for each tag; "CALLINFO/CALLER" is a tag within a tag

BASE_TAGS = (
    *("CALLINFO/CALLER", "CALLINFO/CALLTIME", "CALLINFO/CALLBACK_URL", "CALLINFO/ISSUE"),
    *("PROJID", "PROJPWD", "IS_MANUBRIUM", "SERVICECODE", "SERVICECODE_ID", "SERVICE_DEPTID"),
    *("BUS_MODE", "BUS_MODE_DESC", "SERVICEVERSION", "SERVICENAME", "PROJECTNAME", "INFOTYPE"),
    *("BUS_TYPE", "REL_BUS_ID", "APPLYNAME", "APPLY_CARDTYPE", "APPLY_CARDNUMBER"),
    *("CONTACTMAN", "CONTACTMAN_CARDTYPE", "CONTACTMAN_CARDNUMBER", "TELPHONE", "POSTCODE", "ADDRESS"),
    *("LEGALMAN", "DEPTID", "DEPTNAME", "APPLYFROM", "APPROVE_TYPE", "APPLY_PROPERTIY", "RECEIVETIME"),
    *("BELONGTO", "AREACODE", "DATASTATE", "BELONGSYSTEM", "EXTEND", "DATAVERSION", "SYNC_STATUS"),
    *("RECEIVE_USEID", "RECEIVE_NAME", "CREATE_TIME", "SS_ORGCODE", "MEMO"),
)
MATERIAL_TAGS = (
    *("UNID", "PROJID", "ATTRNAME", "SORTID", "TAKETYPE", "ISTAKE", "AMOUNT", "TAKETIME", "MEMO"),
    *("BELONGSYSTEM", "AREACODE", "EXTEND", "DATAVERSION", "SYNC_STATUS", "CREATE_TIME", "ATTRID"),
)
FILE_TAGS = ("FILENAME", "FILEURL", "FILEPWD")

_NUMBER = re.compile(r"BJ(?P<day>[0-9]{8})(?P<count>[0-9]{5,7})")
_AREA = re.compile(r"[0-9]{6}")
_ID_CARD = "身份证"
_INSERTED = "I"


@dataclass(frozen=True, slots=True)
class Issuer:
    """报送单位: the county as the platform knows it. `fixed` holds values agreed with the platform, by tag of
    `BASE_TAGS`; `doors` what it calls each way in; `link_of` makes a page's address that the platform may fetch, and
    without it no files are named.
    """

    area_code: str
    name: str
    callback_url: str = ""
    fixed: Record = field(default_factory=dict)
    doors: Mapping[Door, str] = field(default_factory=dict)
    link_of: Callable[[PageId], str] | None = None

    def __post_init__(self) -> None:
        """Refuse what the platform would not understand, before the first case is handed over."""
        if not _AREA.fullmatch(self.area_code):
            raise ValueError(f"the area code has six digits, {self.area_code!r} has not")
        if unknown := self.fixed.keys() - set(BASE_TAGS):
            raise ValueError(f"no such tag: {', '.join(sorted(unknown))}")


@dataclass(frozen=True, slots=True)
class HandedMaterial:
    """报送材料: one material of the hand-over, with its files."""

    record: Record
    files: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOver:
    """收件登记: what the platform is told of one case. Every tag has a value, if only an empty one."""

    base: Record
    materials: tuple[HandedMaterial, ...] = ()

    @property
    def projid(self) -> str:
        """The platform's number of the case."""
        return self.base["PROJID"]


def projid(area_code: str, number: str) -> str:
    """申报号: 21 digits, the area code, the day and the count of our case number. The same case always has the same one,
    and no two cases share one: the platform can therefore tell a repetition. Raises `ValueError` for another number.
    """
    found = _NUMBER.fullmatch(number)
    if found is None:
        raise ValueError(f"{number!r} is not a case number with a day and a count")
    return f"{area_code}{found['day']}{int(found['count']):07d}"


def hand_over(case: Case, person: Person, item: ServiceItem, issuer: Issuer, now: datetime) -> HandOver:
    """An accepted case for the platform; raises `ValueError` for one that was not accepted."""
    if case.accepted_at is None:
        raise ValueError(f"case {case.number} was not accepted")
    known = _base(case, person, item, issuer, now)
    base = {**dict.fromkeys(BASE_TAGS, ""), **known, **issuer.fixed}
    materials = (_material(n, m, base, issuer) for n, m in enumerate(case.materials, start=1))
    return HandOver(base, tuple(materials))


def _base(case: Case, person: Person, item: ServiceItem, issuer: Issuer, now: datetime) -> dict[str, str]:
    own = {
        "CALLINFO/CALLER": issuer.name,
        "CALLINFO/CALLTIME": _time(now),
        "CALLINFO/CALLBACK_URL": issuer.callback_url,
        "PROJID": projid(issuer.area_code, case.number),
        "AREACODE": issuer.area_code,
        "BELONGSYSTEM": issuer.name,
        "DATAVERSION": "1",
        "SYNC_STATUS": _INSERTED,
    }
    matter = {
        "SERVICECODE": case.service_code,
        "SERVICEVERSION": str(case.item_version),
        "SERVICENAME": case.service_name,
        "PROJECTNAME": f"{person.name}申请{case.service_name}",
        "INFOTYPE": case.project_type,
        "APPROVE_TYPE": item.task_type,
        "DEPTNAME": case.department,
        "APPLYFROM": issuer.doors.get(case.door, case.door),
        "RECEIVETIME": _time(case.accepted_at),
        "RECEIVE_USEID": case.receiver or "",
        "CREATE_TIME": _time(case.submitted_at or case.opened_at),
        "MEMO": case.note,
    }
    return own | matter | _people(case, person)


def _people(case: Case, person: Person) -> dict[str, str]:
    """Who applies, and whom to ring up: the proxy where there is one, of whom the platform learns the name only."""
    applicant = {
        "APPLYNAME": person.name,
        "APPLY_CARDTYPE": _ID_CARD,
        "APPLY_CARDNUMBER": person.id_number.value,
        "TELPHONE": person.phone,
        "ADDRESS": person.address,
    }
    if case.proxy_name:
        return applicant | {"CONTACTMAN": case.proxy_name}
    contact = {
        "CONTACTMAN": person.name,
        "CONTACTMAN_CARDTYPE": _ID_CARD,
        "CONTACTMAN_CARDNUMBER": person.id_number.value,
    }
    return applicant | contact


def _material(number: int, material: CaseMaterial, base: Record, issuer: Issuer) -> HandedMaterial:
    taken = _time(max((page.added_at for page in material.pages), default=None))
    record = {
        "UNID": f"{base['PROJID']}-{material.key}",
        "PROJID": base["PROJID"],
        "ATTRNAME": material.name,
        "SORTID": str(number),
        "TAKETYPE": "附件上传" if material.pages else "",
        "ISTAKE": "1" if material.pages else "0",
        "AMOUNT": str(len(material.pages)),
        "TAKETIME": taken,
        "MEMO": material.remark,
        "CREATE_TIME": taken or base["CREATE_TIME"],
        "ATTRID": material.key,
    }
    shared = {tag: base[tag] for tag in ("BELONGSYSTEM", "AREACODE", "DATAVERSION", "SYNC_STATUS")}
    files = (_file(n, page, material, issuer) for n, page in enumerate(material.pages, start=1))
    whole = dict.fromkeys(MATERIAL_TAGS, "") | shared | record
    return HandedMaterial(whole, tuple(files) if issuer.link_of else ())


def _file(number: int, page: Page, material: CaseMaterial, issuer: Issuer) -> Record:
    link = issuer.link_of(page.id) if issuer.link_of else ""
    return {"FILENAME": f"{material.name}-{number}.jpg", "FILEURL": link, "FILEPWD": ""}


def _time(instant: datetime | None) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if instant else ""
