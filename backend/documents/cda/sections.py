"""The structured body: sections in their order, and what their entries yield."""

from collections.abc import Iterator
from datetime import tzinfo
from xml.etree.ElementTree import Element

from msgspec import Struct

from backend.documents.cda import limits
from backend.documents.cda.drafts import read_entry
from backend.documents.cda.entries.scope import (
    Noted,
    Scope,
    Unread,
    names_other_person,
)
from backend.documents.cda.files import files_in_section, type_doubt
from backend.documents.cda.model import Draft, EmbeddedFile, Header, Section
from backend.documents.cda.narrative import Narrative, plain_text
from backend.documents.cda.tree import (
    attribute,
    child,
    children,
    one_line,
    own_text,
    steps,
    template_ids,
)
from backend.documents.terminology import section_kinds


class SectionReading(Struct, frozen=True, kw_only=True):
    """One section, and everything that was found in it but not in its subsections."""

    section: Section
    drafts: tuple[Draft, ...] = ()
    files: tuple[EmbeddedFile, ...] = ()
    understood: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()


class Surroundings(Struct, frozen=True, kw_only=True):
    """What all sections of a document share."""

    narrative: Narrative
    zone: tzinfo
    header: Header
    today: str | None
    is_french: bool


class _Place(Struct, frozen=True, kw_only=True):
    """Where a section stands."""

    path: str
    depth: int = 0
    kinds: frozenset[str] = frozenset()
    is_other_person: bool = False


def read_sections(body: Element, path: str, around: Surroundings) -> Iterator[SectionReading]:
    """Read the sections of a structured body, each before its subsections.

    Args:
        body: The structured body.
        path: Where it stands in the document.
        around: The rest of the document.
    """
    for count, (element, place) in enumerate(_walk(body, _Place(path=path))):
        if count >= limits.SECTIONS_MAX:
            return
        yield _read(element, place, around)


def _walk(holder: Element, outer: _Place) -> Iterator[tuple[Element, _Place]]:
    for component, path in steps(holder, "component", outer.path):
        section = child(component, "section")
        if section is None:
            continue
        kind = section_kinds().get(attribute(_code_of(section), "code") or "")
        place = _Place(
            path=f"{path}/section",
            depth=outer.depth + 1,
            kinds=outer.kinds | ({kind} if kind is not None else set()),
            is_other_person=outer.is_other_person or names_other_person(section),
        )
        yield section, place
        yield from _walk(section, place)


def _read(element: Element, place: _Place, around: Surroundings) -> SectionReading:
    section = _head(element, place)
    files, unread_files = _files(element, section)
    drafts, noted, unread = _entries(element, section, place, around)
    problems = list(dict.fromkeys([*unread_files, *unread]))
    name = section.code or "section-without-code"
    return SectionReading(
        section=section,
        drafts=tuple(drafts),
        files=tuple(files),
        understood=tuple(dict.fromkeys([*(draft.collection for draft in drafts), *noted])),
        not_understood=(name, *problems) if problems else (),
    )


def _code_of(section: Element) -> Element | None:
    """Return the code of a section: its own or, failing that, a translation of it."""
    code = child(section, "code")
    if attribute(code, "code") is not None:
        return code
    translations = children(code, "translation")
    return next((one for one in translations if attribute(one, "code") is not None), code)


def _head(element: Element, place: _Place) -> Section:
    return Section(
        code=attribute(_code_of(element), "code"),
        system=attribute(_code_of(element), "codeSystem"),
        title=one_line(own_text(child(element, "title")), length_max=limits.LABEL_LENGTH_MAX),
        text=plain_text(child(element, "text")),
        path=place.path,
        depth=place.depth,
        templates=template_ids(element),
        entries=len(element.findall("entry")),
    )


def _files(element: Element, section: Section) -> tuple[list[EmbeddedFile], list[str]]:
    files: list[EmbeddedFile] = []
    problems: list[str] = []
    for found in files_in_section(element, section.path, section.code):
        if isinstance(found, str):
            problems.append(found)
        else:
            files.append(found)
            if (doubt := type_doubt(found)) is not None:
                problems.append(doubt)
    return files, problems


def _entries(
    element: Element, section: Section, place: _Place, around: Surroundings
) -> tuple[list[Draft], list[str], list[str]]:
    drafts: list[Draft] = []
    noted: list[str] = []
    unread: list[str] = []
    if place.is_other_person:
        return drafts, ["other-person"], unread
    scope = Scope(
        narrative=around.narrative,
        zone=around.zone,
        created=around.header.created,
        today=around.today,
        birth=around.header.patient.birth_date,
        is_french=around.is_french,
        section_code=section.code,
        section_kinds=place.kinds,
        section_text=section.text,
    )
    for entry, path in steps(element, "entry", section.path):
        for finding in read_entry(entry, path, scope):
            if len(drafts) > limits.DRAFTS_MAX:
                return drafts, noted, unread
            match finding:
                case Draft():
                    drafts.append(finding)
                case Noted():
                    noted.append(finding.what)
                case Unread():
                    unread.append(finding.reason)
    return drafts, noted, unread
