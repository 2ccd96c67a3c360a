"""What one party may do in a space, compiled from the acts of rights that stand there.

Acts are what people decided, each with its dates. Terms are what follows from
all of them for one party. Nothing but acts, settings and the clock goes in, so
that the same acts give the same rights whatever the order they came in.

Source: docs/decisions/0016-rights-are-compiled-from-acts.md.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from backend.access.model import (
    AccessSettings,
    Block,
    Consent,
    Emergency,
    EmergencyAccess,
    From,
    Mandate,
    Mask,
    Role,
    Scope,
    TeamMember,
    Terms,
)
from backend.access.rules.mandates import is_active, over_at, runs_out_at
from backend.access.rules.visibility import names

T = TypeVar("T")

_SEEING_MASKED = frozenset({"attending", "administrator"})


class Acts(msgspec.Struct, frozen=True, kw_only=True):
    """Every act of rights that stands in a space."""

    masks: tuple[tuple[UUID, Mask], ...] = ()
    blocks: tuple[Block, ...] = ()
    consents: tuple[Consent, ...] = ()
    team: tuple[TeamMember, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    emergencies: tuple[EmergencyAccess, ...] = ()
    settings: AccessSettings = AccessSettings()

    def professionals(self) -> frozenset[UUID]:
        """Name the professionals whom any act is about."""
        return frozenset(
            one.party_id
            for acts in (self.consents, self.team, self.emergencies, self.blocks)
            for one in acts
        )

    def caregivers(self) -> frozenset[UUID]:
        """Name the caregivers who ever accepted a mandate."""
        return frozenset(one.party_id for one in self.mandates if one.party_id is not None)


class Eye(msgspec.Struct, frozen=True, kw_only=True):
    """What a viewer becomes: its terms, and whether and when it may look at all."""

    terms: Terms
    is_open: bool
    keeps_copy: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def professional_eye(acts: Acts, party_id: UUID, now: datetime) -> Eye:
    """Compile what a professional may do.

    A consent of their own counts; else one that was given to another and extends
    to the care team, while they are in it. A block takes everything but an
    emergency, which the person's switches decide.

    That an attending doctor sees what is masked is part of the terms, whatever
    this deployment makes of it when it decides.
    """
    team = [one for one in acts.team if one.party_id == party_id and _lasts(one.ends_at, now)]
    grant = _granted(acts, party_id, team, now)
    emergency = _emergency(acts, party_id, now)
    is_blocked = any(one.party_id == party_id for one in acts.blocks)
    # As what they were let in, whatever else they have asked for since.
    profession = _profession(acts, party_id) if grant is None else grant.profession
    seeing = [one for one in team if one.role in _SEEING_MASKED and one.starts_at <= now]
    terms = Terms(
        name=_name(acts, party_id),
        profession=profession,
        organization=_organization(acts, party_id, grant),
        is_blocked=is_blocked,
        granted=grant is not None and not is_blocked,
        granted_from=None if grant is None else grant.from_,
        granted_until=None if grant is None else grant.until,
        sections=None if grant is None else grant.consent.sections or None,
        hidden=_hidden_sections(acts, Role.PROFESSIONAL, profession, party_id),
        is_namesake=_is_namesake(acts, party_id),
        sees_masked=bool(seeing),
        sees_masked_until=_latest_end(seeing) if seeing else None,
        emergency=emergency,
        turns_at=_next_turn(acts, party_id, now),
    )
    if not terms.granted and emergency is None:
        return Eye(terms=terms, is_open=False)
    return Eye(
        terms=terms,
        is_open=True,
        keeps_copy=terms.granted and grant is not None and grant.keeps_copy,
        opens_at=terms.granted_from if emergency is None else None,
        closes_at=_closes_at(terms),
    )


def caregiver_eye(acts: Acts, party_id: UUID, now: datetime) -> Eye:
    """Compile what a caregiver may do: what the newest mandate in force says.

    While none is, the one that begins first counts from its beginning. One that
    is over leaves the same whatever ended it: when, and nothing else.
    """
    accepted = [one for one in acts.mandates if one.party_id == party_id]
    lasting = [one for one in accepted if is_active(one, now)]
    mandate = _newest(one for one in lasting if one.starts_at <= now)
    mandate = mandate or min(lasting, key=_decided, default=None)
    if mandate is None:
        closed_at = max((over_at(one) for one in accepted), default=None)
        return Eye(
            # Their name stays known, for whoever reads who once looked.
            terms=Terms(name=_told(party_id, "name", acts.mandates)),
            is_open=False,
            keeps_copy=True,
            closes_at=closed_at,
        )
    turns = [at for one in lasting for at in (one.starts_at, runs_out_at(one))]
    terms = Terms(
        name=mandate.name,
        granted=True,
        granted_from=mandate.starts_at,
        granted_until=runs_out_at(mandate),
        sections=mandate.sections,
        actions=mandate.actions,
        hidden=_hidden_sections(acts, Role.CAREGIVER, "", party_id),
        turns_at=_first_after(now, turns),
    )
    return Eye(
        terms=terms,
        is_open=True,
        keeps_copy=True,
        opens_at=mandate.starts_at,
        closes_at=runs_out_at(mandate),
    )


def consented(acts: Acts, profession: str) -> Terms:
    """Compile what anybody of a profession could do whom the person let see everything."""
    return Terms(
        profession=profession,
        granted=True,
        hidden=_hidden_sections(acts, Role.PROFESSIONAL, profession, None),
    )


def scope_of(mask: Mask) -> Scope:
    """Say from whom a mask hides; a contradictory one hides from all professionals."""
    if mask.from_whom == From.PROFESSION.value and mask.profession is not None:
        return Scope(From.PROFESSION.value, mask.profession)
    if mask.from_whom == From.PERSON.value and mask.party_id is not None:
        return Scope(From.PERSON.value, str(mask.party_id))
    return Scope(From.PROFESSIONALS.value)


def _hidden_sections(
    acts: Acts, role: Role, profession: str, party_id: UUID | None
) -> tuple[str, ...]:
    hidden = {
        mask.section
        for _, mask in acts.masks
        if mask.section is not None and names(scope_of(mask), role, profession, party_id)
    }
    return tuple(sorted(hidden))


class _Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A consent as it counts for one professional, and from when to when."""

    consent: Consent
    profession: str
    organization: str
    from_: datetime | None
    until: datetime | None
    keeps_copy: bool


def _granted(acts: Acts, party_id: UUID, team: list[TeamMember], now: datetime) -> _Grant | None:
    """Return the consent that counts: one's own, or one that extends to the team one is in."""
    own = _counting((one for one in acts.consents if one.party_id == party_id), now)
    if own is not None:
        return _Grant(
            consent=own,
            profession=own.profession,
            organization=own.organization or "",
            from_=own.given_at,
            until=own.ends_at,
            keeps_copy=own.keeps_copy,
        )
    shared = _counting((one for one in acts.consents if one.extends_to_team), now)
    if shared is None or not team:
        return None
    present = [one for one in team if one.starts_at <= now]
    # Who is not in the team yet will be from the day on which they first are.
    places = present or [min(team, key=_decided)]
    return _Grant(
        consent=shared,
        profession=max(places, key=_decided).profession,
        organization=_told(party_id, "organization", acts.consents, acts.emergencies),
        from_=min(one.starts_at for one in places),
        until=_earliest(shared.ends_at, _latest_end(places)),
        keeps_copy=False,
    )


def _counting(consents: Iterable[Consent], now: datetime) -> Consent | None:
    """Return the newest that was given; one that a wrong clock gave later, while there is none."""
    given = [one for one in consents if _given(one, now)]
    begun = _newest(one for one in given if one.given_at is None or one.given_at <= now)
    return begun or min(given, key=_decided, default=None)


def _closes_at(terms: Terms) -> datetime | None:
    """Return when the grant and the emergency are both over; None for never."""
    if terms.granted and terms.granted_until is None:
        return None
    ends = [terms.granted_until if terms.granted else None]
    ends.append(None if terms.emergency is None else terms.emergency.until)
    return max((end for end in ends if end is not None), default=None)


def _emergency(acts: Acts, party_id: UUID, now: datetime) -> Emergency | None:
    declared = [
        one
        for one in acts.emergencies
        if one.party_id == party_id and one.opened_at <= now < one.until
    ]
    if not declared:
        return None
    professions = tuple(sorted({one.profession for one in declared}))
    hidden = {
        section
        for profession in professions
        for section in _hidden_sections(acts, Role.PROFESSIONAL, profession, party_id)
    }
    return Emergency(
        until=max(one.until for one in declared),
        reads_masked=acts.settings.emergency_masked,
        professions=professions,
        hidden=tuple(sorted(hidden)),
    )


def _is_namesake(acts: Acts, party_id: UUID) -> bool:
    """Say whether any act found that somebody has the names of the person."""
    return any(
        one.is_namesake
        for group in (acts.consents, acts.team, acts.emergencies)
        for one in group
        if one.party_id == party_id
    )


def _given(consent: Consent, now: datetime) -> bool:
    return consent.status == "given" and _lasts(consent.ends_at, now)


def _lasts(ends_at: datetime | None, now: datetime) -> bool:
    return ends_at is None or now < ends_at


def _newest(acts: Iterable[T]) -> T | None:
    """Return the one that was decided last."""
    return max(acts, key=_decided, default=None)


def _decided(act: object) -> tuple[datetime, bytes]:
    """Say when somebody decided an act; of two at one instant its words decide."""
    if isinstance(act, Consent):
        at = act.given_at or act.asked_at
    elif isinstance(act, EmergencyAccess):
        at = act.opened_at
    elif isinstance(act, Block):
        at = act.blocked_at
    else:
        assert isinstance(act, Mandate | TeamMember)
        at = act.starts_at
    return at, msgspec.json.encode(act)


def _next_turn(acts: Acts, party_id: UUID, now: datetime) -> datetime | None:
    """Say when an act that counts for a professional next begins or ends by itself."""
    team = [one for one in acts.team if one.party_id == party_id]
    turns = [at for one in team for at in (one.starts_at, one.ends_at)]
    for consent in acts.consents:
        counts = consent.party_id == party_id or (team and consent.extends_to_team)
        if consent.status == "given" and counts:
            turns += (consent.given_at, consent.ends_at)
    for emergency in acts.emergencies:
        if emergency.party_id == party_id:
            turns += (emergency.opened_at, emergency.until)
    return _first_after(now, turns)


def _first_after(now: datetime, turns: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in turns if at is not None and now < at), default=None)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [at for at in (one, other) if at is not None]
    return min(known) if known else None


def _latest_end(team: list[TeamMember]) -> datetime | None:
    """Return when the last of these ends; None when one has no end."""
    ends = [one.ends_at for one in team]
    return None if None in ends else max(end for end in ends if end is not None)


def _profession(acts: Acts, party_id: UUID) -> str:
    return _told(party_id, "profession", acts.emergencies, acts.consents, acts.team, acts.blocks)


def _name(acts: Acts, party_id: UUID) -> str:
    return _told(party_id, "name", acts.consents, acts.emergencies, acts.team, acts.blocks)


def _organization(acts: Acts, party_id: UUID, grant: _Grant | None) -> str:
    if grant is not None:
        return grant.organization
    return _told(party_id, "organization", acts.consents, acts.emergencies)


def _told(party_id: UUID, field: str, *groups: Iterable[object]) -> str:
    """Return what the newest act about somebody says, of the first kind that says it."""
    for acts in groups:
        about = (one for one in acts if getattr(one, "party_id", None) == party_id)
        newest = _newest(one for one in about if getattr(one, field))
        if newest is not None:
            return str(getattr(newest, field))
    return ""
