"""The one function that decides, against the text that it was made from.

`naive` is section 4 of the design, read anew and written down line by line,
with nothing of the product but the words that it is about.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.access.model import (
    Confidentiality,
    Emergency,
    Entry,
    Reason,
    Role,
    Scope,
    Terms,
    Viewer,
)
from backend.access.rules.addresses import no_address_of
from backend.access.rules.visibility import decide
from tests.property import rights as draw

replace = msgspec.structs.replace

RIGHTS = ["masks", "blocks", "consents", "care_team", "mandates", "emergencies", "settings"]
FLAG_OF = {
    "sexual-health": Confidentiality.SEXUAL_HEALTH,
    "mental-health": Confidentiality.MENTAL_HEALTH,
    "addiction": Confidentiality.ADDICTION,
    "violence": Confidentiality.VIOLENCE,
}
ORDERS = [
    Confidentiality.MASKED,
    Confidentiality.ANNOUNCEMENT_PENDING,
    Confidentiality.HIDDEN_FROM_REPRESENTATIVES,
    Confidentiality.DRAFT,
]
HOUR = timedelta(hours=1)


def naive(viewer: Viewer, entry: Entry, now: datetime) -> bool:
    """Say yes or no, in the order of the reasons of the design."""
    first = (grant, deletion, addressee, holder, private, depositor)
    for rule in (*first, oneself, emergency, block, mask, scope):
        answer = rule(viewer, entry, now)
        if answer is not None:
            return answer
    return False


def grant(viewer, entry, now):
    """The grant is not in force at this instant."""
    if not viewer.is_open:
        return False
    if viewer.role in (Role.HOLDER, Role.REPRESENTATIVE):
        return None
    return None if lasts(viewer, now) or urgent(viewer, now) else False


def deletion(viewer, entry, now):
    return False if entry.deleted else None


def addressee(viewer, entry, now):
    """Made for one caregiver under one mandate: theirs; of reminders they see no others."""
    helps = viewer.role is Role.CAREGIVER
    if entry.addressed_to is None:
        return False if helps and entry.collection == "reminders" else None
    party, _, mandate = entry.addressed_to.partition("/")
    named = "\n".join(sorted(viewer.terms.sections or ()))
    same = hashlib.sha256(named.encode()).hexdigest().startswith(mandate) and mandate != ""
    return None if helps and party == str(viewer.party_id) and same else False


def holder(viewer, entry, now):
    """One's own eye, unless the announcement is pending."""
    return True if viewer.role is Role.HOLDER and not pending(entry, now) else None


def private(viewer, entry, now):
    """Others never see acts of rights; professionals never see a person's notes."""
    if viewer.role in (Role.CAREGIVER, Role.PROFESSIONAL) and entry.collection in RIGHTS:
        return False
    return None


def depositor(viewer, entry, now):
    """Whoever brought it, but for a caregiver: they bring for the person, in their mandate."""
    return True if brought(viewer, entry) and viewer.role is not Role.CAREGIVER else None


def oneself(viewer, entry, now):
    """Who has the names of the person is told like the person, by somebody else."""
    may_be = viewer.role is Role.PROFESSIONAL and viewer.terms.is_namesake
    return False if may_be and pending(entry, now) else None


def emergency(viewer, entry, now):
    if viewer.role is not Role.PROFESSIONAL:
        return None
    if entry.collection in ("notes", "reminders"):
        return False
    if not urgent(viewer, now):
        return None
    declared = viewer.terms.emergency
    also = [
        _with(viewer, profession=one, hidden=declared.hidden)
        for one in (*declared.professions, viewer.terms.profession)
    ]
    if declared.reads_masked or not any(masked(one, entry) for one in (viewer, *also)):
        return True
    return None if lasts(viewer, now) else False


def block(viewer, entry, now):
    is_professional = viewer.role is Role.PROFESSIONAL
    return False if is_professional and viewer.terms.is_blocked else None


def mask(viewer, entry, now):
    """A mask, with the attending doctor and the administrator on the other side of it."""
    if viewer.role not in (Role.CAREGIVER, Role.PROFESSIONAL) or not masked(viewer, entry):
        return None
    if viewer.role is Role.CAREGIVER:
        return False
    until = viewer.terms.sees_masked_until
    attends = viewer.terms.sees_masked and (until is None or until > now)
    return None if attends else False


def scope(viewer, entry, now):
    """What the matrix allows within the consent, what the mandate names, what parents see."""
    if viewer.role is Role.PROFESSIONAL:
        within = viewer.terms.sections is None or any_part(entry, viewer.terms.sections)
        return within and entry.category in viewer.readable
    if pending(entry, now) or entry.orders & Confidentiality.HIDDEN_FROM_REPRESENTATIVES:
        return False
    if viewer.role is Role.REPRESENTATIVE:
        return True
    if viewer.role is Role.CAREGIVER:
        named = viewer.terms.sections or ()
        sensitive = [word for word, flag in FLAG_OF.items() if entry.orders & flag]
        may = viewer.terms.actions
        return (
            ("read" in may or ("add" in may and brought(viewer, entry)))
            and any_part(entry, named)
            and all(word in named for word in sensitive)
        )
    return False


def brought(viewer, entry):
    return viewer.party_id is not None and viewer.party_id == entry.depositor_id


def lasts(viewer, now):
    t = viewer.terms
    began = t.granted_from is None or t.granted_from <= now
    ended = t.granted_until is not None and t.granted_until <= now
    return t.granted and began and not ended


def urgent(viewer, now):
    """An emergency is for professionals alone."""
    declared = viewer.terms.emergency
    return viewer.role is Role.PROFESSIONAL and declared is not None and declared.until > now


def pending(entry, now):
    if not entry.orders & Confidentiality.ANNOUNCEMENT_PENDING:
        return False
    return entry.announced_at is None or entry.announced_at > now


def masked(viewer, entry):
    professional = viewer.role is Role.PROFESSIONAL
    if professional and entry.orders & Confidentiality.MASKED:
        return True
    if any_part(entry, viewer.terms.hidden):
        return True
    for one in entry.hidden_from:
        if one.kind == "professionals":
            meant = professional
        elif one.kind == "profession":
            meant = professional and one.value == viewer.terms.profession
        elif one.kind == "person":
            meant = one.value == str(viewer.party_id)
        else:
            meant = True
        if meant:
            return True
    return False


def any_part(entry, named):
    for word in named:
        if word in FLAG_OF:
            if entry.orders & FLAG_OF[word]:
                return True
        elif word in (entry.collection, entry.category):
            return True
    return False


@given(viewer=draw.viewers, entry=draw.entries, now=draw.instants)
@settings(max_examples=600)
def test_it_decides_what_the_design_says(viewer: Viewer, entry: Entry, now: datetime) -> None:
    """Equal to a second implementation, for every viewer, entry and instant."""
    assert decide(viewer, entry, now).allow is naive(viewer, entry, now)


def _hide(viewer: Viewer, entry: Entry, scope: Scope) -> tuple[Viewer, Entry]:
    return viewer, replace(entry, hidden_from=(*entry.hidden_from, scope))


def _with(viewer: Viewer, **changes: object) -> Viewer:
    return replace(viewer, terms=replace(viewer.terms, **changes))


def _sooner(at: datetime | None) -> datetime:
    return (at or draw.HOURS[-1] + HOUR) - HOUR


LESS: dict[str, Callable[[Viewer, Entry], tuple[Viewer, Entry]]] = {
    "a mask for all": lambda v, e: _hide(v, e, Scope("professionals")),
    "a mask for a profession": lambda v, e: _hide(v, e, Scope("profession", v.terms.profession)),
    "a mask for a person": lambda v, e: _hide(v, e, Scope("person", str(v.party_id))),
    "a mask of tomorrow": lambda v, e: _hide(v, e, Scope("neighbours")),
    "a masked section": lambda v, e: (_with(v, hidden=(*v.terms.hidden, e.collection)), e),
    "a block": lambda v, e: (_with(v, is_blocked=True), e),
    "a grant that is over": lambda v, e: (replace(v, is_open=False), e),
    "an earlier end": lambda v, e: (
        _with(v, granted_until=_sooner(v.terms.granted_until)),
        e,
    ),
    "no consent": lambda v, e: (_with(v, granted=False), e),
    "attending less long": lambda v, e: (
        _with(v, sees_masked_until=_sooner(v.terms.sees_masked_until)),
        e,
    ),
    "no emergency": lambda v, e: (_with(v, emergency=None), e),
    "an address": lambda v, e: (v, replace(e, addressed_to=no_address_of(draw.PARTIES[0]))),
    "deleted": lambda v, e: (v, replace(e, deleted=True)),
    "fewer types": lambda v, e: (replace(v, readable=v.readable - {e.category}), e),
    **{
        f"the order {order.name}": lambda v, e, order=order: (
            v,
            replace(e, orders=e.orders | order),
        )
        for order in ORDERS
    },
}


@given(
    viewer=draw.viewers, entry=draw.entries, now=draw.instants, what=st.sampled_from(sorted(LESS))
)
@settings(max_examples=600)
def test_what_takes_away_never_gives(
    viewer: Viewer, entry: Entry, now: datetime, what: str
) -> None:
    """A mask, a block, an order or an earlier end never turns no into yes."""
    if what == "the order ANNOUNCEMENT_PENDING":
        entry = replace(entry, announced_at=None)
    after_viewer, after_entry = LESS[what](viewer, entry)

    if decide(after_viewer, after_entry, now).allow:
        assert decide(viewer, entry, now).allow


@given(entry=draw.entries, now=draw.instants, viewer=draw.viewers)
@settings(max_examples=600)
def test_who_was_granted_nothing_sees_nothing(entry: Entry, now: datetime, viewer: Viewer) -> None:
    """Deny by default: empty terms open nothing, whatever the party brought or could read."""
    if viewer.role in (Role.CAREGIVER, Role.PROFESSIONAL):
        assert not decide(replace(viewer, terms=Terms()), entry, now).allow


@given(
    role=st.sampled_from(Role),
    codes=st.tuples(st.text(), st.text(), st.text()),
    bits=st.integers(0, 2**16),
    now=draw.instants,
)
@settings(max_examples=600)
def test_it_answers_for_every_code(
    role: Role, codes: tuple[str, str, str], bits: int, now: datetime
) -> None:
    """No profession, type, mask or order makes it fail; what it does not know it denies."""
    profession, category, kind = codes
    viewer = Viewer(
        party_id=draw.PARTIES[0],
        role=role,
        is_open=True,
        terms=Terms(granted=True, profession=profession, sections=None),
    )
    entry = Entry(
        collection=category,
        category=category,
        depositor_id=draw.PARTIES[1],
        orders=Confidentiality(bits),
        deleted=False,
        hidden_from=(Scope(kind, profession),),
    )

    decision = decide(viewer, entry, now)

    assert decision.reason in Reason
    if role in (Role.CAREGIVER, Role.PROFESSIONAL):
        assert not decision.allow


def test_every_reason_is_reached() -> None:
    """No reason is left that nobody is ever told; only a viewer of no known role finds the last."""
    found = {
        decide(viewer, entry, draw.NOON).reason
        for viewer, entry in product(_typical_viewers(), _typical_entries())
    }

    assert set(Reason) - found <= {Reason.NOTHING_ALLOWS}


def _typical_viewers() -> list[Viewer]:
    soon = draw.NOON + HOUR
    several = [
        Terms(),
        Terms(granted=True, actions=("read",), sections=("documents",)),
        Terms(granted=True, profession="10"),
        Terms(granted=True, profession="10", is_blocked=True),
        Terms(emergency=Emergency(until=soon, reads_masked=False, professions=("10",))),
    ]
    return [
        Viewer(
            party_id=draw.PARTIES[0],
            role=role,
            is_open=is_open,
            terms=terms,
            readable=frozenset({"11502-2"}),
        )
        for role, terms, is_open in product(Role, several, (True, False))
    ]


def _typical_entries() -> list[Entry]:
    orders = [
        Confidentiality.NONE,
        Confidentiality.MASKED,
        Confidentiality.ANNOUNCEMENT_PENDING,
        Confidentiality.HIDDEN_FROM_REPRESENTATIVES,
        Confidentiality.ADDICTION,
    ]
    return [
        Entry(
            collection=collection,
            category=category,
            depositor_id=depositor_id,
            orders=order,
            deleted=deleted,
        )
        for (collection, category), order, depositor_id, deleted in product(
            [("documents", "11502-2"), ("documents", "x"), ("measures", "measures"), ("masks", "")],
            orders,
            draw.PARTIES[:2],
            (False, True),
        )
    ]
