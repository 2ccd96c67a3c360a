"""Who may see what, and why, in plain French and English.

The words are data, for people who are not programmers to review.
"""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from backend.access.guard import KINDS
from backend.access.journal.model import Actor
from backend.access.journal.words import LANGUAGES, Text, name_of
from backend.access.model import AccessSettings as Switches
from backend.access.model import Confidentiality, Decision, Entry, Reason, Viewer
from backend.access.reference import rows
from backend.access.rules.explaining import Explanation
from backend.access.rules.visibility import ACTS, PERSONAL
from backend.access.sight.model import ProfessionSight, ReasonCount, Sight
from backend.kernel.ids import PartyId


class ReasonWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason in one language: said of somebody, said to them, and what can be done."""

    them: str
    you: str
    next: str


class PreviewWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a mask would change, in one language: said of somebody, and to them."""

    them: str
    you: str


class Catalogue(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"despite_mask": "despite-mask"}
):
    """Every word about who may see what."""

    reasons: dict[str, dict[str, ReasonWords]]
    despite_mask: dict[str, Text]
    professions: dict[str, Text]
    emergency: dict[str, Text]
    preview: dict[str, dict[str, PreviewWords]]


@cache
def catalogue() -> Catalogue:
    """Read the words."""
    text = files("backend.access").joinpath("data", "sight_texts.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Catalogue)


@cache
def professions() -> dict[str, Text]:
    """Return the name of each profession by its code, as the rights matrix lists them."""
    return {
        row["code"]: Text(fr=row["label_fr"], en=row["label_en"]) for row in rows("professions.csv")
    }


def who_is(viewer: Viewer | Explanation) -> Text:
    """Name somebody who looks at the space."""
    told = viewer if isinstance(viewer, Explanation) else viewer.terms
    actor = Actor(
        kind=KINDS[viewer.role.value],
        name=told.name or None,
        profession=told.profession or None,
        organization=told.organization or None,
    )
    return Text(**{language: name_of(actor, language) for language in LANGUAGES})


def sight(one: Explanation, reader: PartyId) -> Sight:
    """Tell a reader whether somebody may see an entry, and why."""
    who, text = who_is(one), _reason(one.reason, who_is(one), is_you=one.party_id == reader)
    despite = catalogue().despite_mask.get(one.reason.value) if one.despite_mask else None
    if despite is not None:
        text = Text(fr=f"{text.fr} {despite.fr}", en=f"{text.en} {despite.en}")
    return Sight(
        party_id=one.party_id,
        role=one.role.value,
        who=who,
        allow=one.allow,
        reason=one.reason.value,
        despite_mask=one.despite_mask,
        text=text,
        next=_next(one.reason),
    )


def reason_count(decision: Decision, count: int, who: Text) -> ReasonCount:
    """Tell for how many entries a reason holds."""
    return ReasonCount(
        reason=decision.reason.value,
        allow=decision.allow,
        count=count,
        text=_reason(decision.reason, who, is_you=False),
        next=_next(decision.reason),
    )


def profession_sight(code: str, decision: Decision) -> ProfessionSight:
    """Tell what anybody of a profession would see with the person's agreement."""
    known = catalogue().professions
    words = known.get(decision.reason.value, known[Reason.MATRIX_DENIES.value])
    label = professions()[code]
    return ProfessionSight(
        profession=code,
        label=label,
        allow=decision.allow,
        reason=decision.reason.value,
        text=Text(fr=words.fr.format(label=label.fr), en=words.en.format(label=label.en)),
    )


def foretold(key: str, who: Text, *, is_you: bool) -> Text:
    """Tell what a mask would change for somebody."""
    words = catalogue().preview[key]
    return Text(
        **{
            language: said.you if is_you else _capital(said.them.format(who=getattr(who, language)))
            for language, said in words.items()
        }
    )


def in_an_emergency(entry: Entry | None, switches: Switches, *, is_masked: bool) -> Text:
    """Tell whether an entry could be read in an emergency, by the person's switches.

    Args:
        entry: The entry; None for a section of the record.
        switches: What the person decided.
        is_masked: Whether it is, or would be, masked.
    """
    words = catalogue().emergency
    if entry is not None and entry.collection in ACTS | PERSONAL:
        return words["private"]
    if not (switches.emergency_regulation or switches.emergency_professionals):
        return words["shut"]
    if is_masked and not switches.emergency_masked:
        return words["masked"]
    return words["open"]


def is_masked_for_somebody(entry: Entry) -> bool:
    """Say whether an entry carries a mask, whomever it is meant for."""
    return bool(entry.hidden_from) or Confidentiality.MASKED in entry.orders


def _reason(reason: Reason, who: Text, *, is_you: bool) -> Text:
    words = catalogue().reasons[reason.value]
    return Text(
        **{
            language: said.you if is_you else _capital(said.them.format(who=getattr(who, language)))
            for language, said in words.items()
        }
    )


def _next(reason: Reason) -> Text | None:
    words = catalogue().reasons[reason.value]
    if not words["fr"].next:
        return None
    return Text(**{language: said.next for language, said in words.items()})


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
