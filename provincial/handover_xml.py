"""The hand-over as XML, both ways: what we send, and what a platform or an old system sends us."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from provincial.handover import BASE_TAGS, FILE_TAGS, MATERIAL_TAGS, HandedMaterial, HandOver, Record

# What XML 1.0 cannot hold, escaped or not; and a carriage return, which every reader turns into a line feed.
_UNWRITABLE = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LARGEST = 4_000_000


class MalformedRecord(ValueError):
    """This is not a record of the platform."""


def base_info_xml(handed: HandOver) -> str:
    """`baseInfoXml`: one RECORD with every tag, in the platform's order."""
    return _written(_element("RECORD", handed.base, BASE_TAGS))


def attr_xml(handed: HandOver) -> str:
    """`attrXml`: RECORDS with one RECORD for each material."""
    root = ET.Element("RECORDS")
    for material in handed.materials:
        record = _element("RECORD", material.record, MATERIAL_TAGS)
        files = ET.SubElement(record, "FILES")
        files.extend(_element("FILEINFO", file, FILE_TAGS) for file in material.files)
        root.append(record)
    return _written(root)


def read_hand_over(base: str | bytes, attr: str | bytes) -> HandOver:
    """Both documents read back. Tags that are absent read as empty, unknown ones are passed over.

    Raises `MalformedRecord` for what is no XML, has another root or a DOCTYPE, or is larger than 4 MB.
    """
    record = _root(base, "RECORD")
    materials = (_read_material(child) for child in _root(attr, "RECORDS").iterfind("RECORD"))
    return HandOver(_read(record, BASE_TAGS), tuple(materials))


def _read_material(element: ET.Element) -> HandedMaterial:
    files = (_read(file, FILE_TAGS) for file in element.iterfind("FILES/FILEINFO"))
    return HandedMaterial(_read(element, MATERIAL_TAGS), tuple(files))


def _element(name: str, record: Record, tags: Iterable[str]) -> ET.Element:
    root = ET.Element(name)
    for tag in tags:
        outer, _, inner = tag.rpartition("/")
        parent = root if not outer else root.find(outer)
        if parent is None:
            parent = ET.SubElement(root, outer)
        ET.SubElement(parent, inner).text = _writable(record[tag])
    return root


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _written(root: ET.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root, encoding="unicode")


def _read(element: ET.Element, tags: Iterable[str]) -> Record:
    return {tag: element.findtext(tag) or "" for tag in tags}


def _root(document: str | bytes, name: str) -> ET.Element:
    if len(document) > _LARGEST:
        raise MalformedRecord(f"{len(document)} is too long for a record")
    try:
        root: ET.Element = fromstring(document, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise MalformedRecord(f"this is no plain XML: {type(fault).__name__}") from fault
    if root.tag != name:
        raise MalformedRecord(f"the root is {root.tag[:40]!r}, not {name!r}")
    return root
