"""Viewers, entries, instants and acts of rights, drawn at random."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from backend.access.model import (
    AccessSettings,
    Block,
    Confidentiality,
    Consent,
    Emergency,
    EmergencyAccess,
    Entry,
    Mandate,
    Mask,
    Role,
    Scope,
    Section,
    TeamMember,
    Terms,
    Viewer,
)
from backend.access.rules.terms import Acts
from backend.kernel.ids import PartyId

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOURS = [NOON + timedelta(hours=hour) for hour in range(-3, 4)]
PARTIES = [PartyId(UUID(int=i + 1)) for i in range(4)]
PROFESSIONS = ["10", "60", "70"]
SENSITIVE_SECTIONS = [section.value for section in Section]
CATEGORIES = ["11502-2", "60591-5", "notes", "measures"]
COLLECTIONS = ["documents", "measures", "notes", "conditions", "masks", "consents", "reminders"]

instants = st.sampled_from(HOURS)
ends = st.none() | instants
parties = st.sampled_from(PARTIES)
few = st.sampled_from(PARTIES[:3])
sections = st.sampled_from([*COLLECTIONS, *CATEGORIES, *SENSITIVE_SECTIONS])
words = st.text(max_size=4)
some_sections = st.lists(sections, max_size=4).map(tuple)
scopes = st.one_of(
    st.just(Scope("professionals")),
    st.builds(Scope, st.just("profession"), st.sampled_from(PROFESSIONS)),
    st.builds(Scope, st.just("person"), parties.map(str)),
    st.builds(Scope, words, words),
)
orders = st.integers(0, 255).map(Confidentiality)
plain_entries = st.builds(
    Entry,
    collection=st.sampled_from(["documents", "conditions"]),
    category=st.sampled_from(CATEGORIES),
    depositor_id=st.just(PARTIES[3]),
    orders=st.sampled_from([Confidentiality.NONE, Confidentiality.MASKED]),
    deleted=st.just(False),
    hidden_from=st.lists(scopes, max_size=1).map(tuple),
)
any_entries = st.builds(
    Entry,
    collection=st.sampled_from(COLLECTIONS) | words,
    category=st.sampled_from(CATEGORIES) | words,
    depositor_id=parties,
    orders=orders,
    deleted=st.sampled_from([False, False, False, True]),
    hidden_from=st.lists(scopes, max_size=2).map(tuple),
    announced_at=ends,
)
entries = plain_entries | any_entries
emergencies = st.none() | st.builds(
    Emergency,
    until=instants,
    reads_masked=st.booleans(),
    professions=st.lists(st.sampled_from(PROFESSIONS), max_size=2).map(tuple),
    hidden=st.just(()) | some_sections,
)
terms = st.builds(
    Terms,
    name=words,
    profession=st.sampled_from(PROFESSIONS) | words,
    is_blocked=st.sampled_from([False, False, True]),
    granted=st.sampled_from([True, True, False]),
    granted_from=ends,
    granted_until=ends,
    sections=st.none() | some_sections,
    actions=st.sampled_from([("read",), ("read", "add"), ("add",), ()]),
    hidden=st.just(()) | some_sections,
    is_namesake=st.sampled_from([False, False, True]),
    sees_masked=st.booleans(),
    sees_masked_until=ends,
    emergency=emergencies,
)
any_viewers = st.builds(
    Viewer,
    party_id=st.none() | parties,
    role=st.sampled_from(Role),
    is_open=st.sampled_from([True, True, True, False]),
    terms=terms,
    readable=st.frozensets(st.sampled_from(CATEGORIES) | words, max_size=4),
)
# Whom nothing but masks, blocks and emergencies stands in the way of.
welcome_viewers = st.builds(
    Viewer,
    party_id=parties,
    role=st.sampled_from([Role.PROFESSIONAL, Role.CAREGIVER]),
    is_open=st.just(True),
    terms=st.builds(
        Terms,
        profession=st.sampled_from(PROFESSIONS),
        is_blocked=st.sampled_from([False, False, False, True]),
        granted=st.sampled_from([True, True, True, False]),
        sections=st.just((*COLLECTIONS, *SENSITIVE_SECTIONS)),
        actions=st.just(("read",)),
        hidden=st.just(()) | some_sections,
        is_namesake=st.booleans(),
        sees_masked=st.booleans(),
        sees_masked_until=ends,
        emergency=emergencies,
    ),
    readable=st.just(frozenset(CATEGORIES)),
)
attending_viewers = st.builds(
    Viewer,
    party_id=parties,
    role=st.just(Role.PROFESSIONAL),
    is_open=st.just(True),
    terms=st.builds(
        Terms, granted=st.just(True), sees_masked=st.just(True), sees_masked_until=ends
    ),
    readable=st.just(frozenset(CATEGORIES)),
)
viewers = any_viewers | attending_viewers | welcome_viewers

# Few people, so that several acts are often about one of them.
_who: dict[str, Any] = {"party_id": st.sampled_from(PARTIES[:2]), "name": st.just("Anne")}
_professional: dict[str, Any] = {**_who, "profession": st.sampled_from(PROFESSIONS)}
consents = st.builds(
    Consent,
    **_professional,
    status=st.sampled_from(["given", "given", "asked", "refused", "ended"]),
    sections=st.just(()) | some_sections,
    keeps_copy=st.booleans(),
    extends_to_team=st.booleans(),
    asked_at=st.just(HOURS[0]),
    given_at=st.sampled_from(HOURS[:2]),
    ends_at=ends,
)
members = st.builds(
    TeamMember,
    **_professional,
    role=st.sampled_from(["attending", "administrator", "member"]),
    starts_at=instants,
    ends_at=ends,
)
mandates = st.builds(
    Mandate,
    **_who,
    status=st.sampled_from(["active", "active", "invited", "ended", "refused"]),
    sections=some_sections,
    actions=st.just(("read",)),
    invited_at=instants,
    starts_at=instants,
    ends_at=instants,
)
blocks = st.builds(Block, **_professional, blocked_at=instants)
urgencies = st.builds(
    EmergencyAccess,
    **_professional,
    reason_code=st.just("BTG"),
    reason=st.just("urgent"),
    opened_at=instants,
    until=instants,
)
masks = st.one_of(
    st.builds(Mask, section=sections),
    st.builds(
        Mask,
        section=sections,
        from_whom=st.just("profession"),
        profession=st.sampled_from(PROFESSIONS),
    ),
    st.builds(Mask, section=sections, from_whom=st.just("person"), party_id=parties),
)
acts = st.builds(
    Acts,
    masks=st.lists(st.tuples(st.uuids(), masks), max_size=3).map(tuple),
    blocks=st.lists(blocks, max_size=1).map(tuple),
    consents=st.lists(consents, max_size=5).map(tuple),
    team=st.lists(members, max_size=3).map(tuple),
    mandates=st.lists(mandates, max_size=3).map(tuple),
    emergencies=st.lists(urgencies, max_size=2).map(tuple),
    settings=st.builds(AccessSettings, emergency_masked=st.booleans()),
)
