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
    consent = _newest(one for one in acts.consents if one.party_id == party_id and _given(one, now))
    shared = None if consent is not None else _shared(acts, team, now)
    granted = consent or shared
    emergency = _emergency(acts, party_id, now)
    is_blocked = any(one.party_id == party_id for one in acts.blocks)
    # As what they were let in, whatever else they have asked for since.
    profession = _profession(acts, party_id)
    if consent is not None:
        profession = consent.profession
    elif shared is not None:
        profession = team[-1].profession
    until = None if granted is None else granted.ends_at
    from_ = None if granted is None else granted.given_at
    if shared is not None:
        until = _earliest(until, _latest_end(team))
        from_ = max(one.starts_at for one in team)
    seeing = [one for one in team if one.role in _SEEING_MASKED]
    terms = Terms(
        name=_name(acts, party_id),
        profession=profession,
        organization=_organization(acts, party_id, consent),
        is_blocked=is_blocked,
        granted=granted is not None and not is_blocked,
        granted_from=from_,
        granted_until=until,
        sections=None if granted is None or not granted.sections else granted.sections,
        hidden=_hidden_sections(acts, Role.PROFESSIONAL, profession, party_id),
        sees_masked=bool(seeing),
        sees_masked_until=_latest_end(seeing) if seeing else None,
        emergency=emergency,
    )
    if not terms.granted and emergency is None:
        return Eye(terms=terms, is_open=False)
    closes_at = until if terms.granted else None
    if emergency is not None and (closes_at is not None or not terms.granted):
        closes_at = max(one for one in (closes_at, emergency.until) if one is not None)
    return Eye(
        terms=terms,
        is_open=True,
        keeps_copy=terms.granted and consent is not None and consent.keeps_copy,
        opens_at=from_ if emergency is None else None,
        closes_at=closes_at,
    )


def caregiver_eye(acts: Acts, party_id: UUID, now: datetime) -> Eye:
    """Compile what a caregiver may do: what the newest mandate in force says.

    One that is over leaves the same whatever ended it: when, and nothing else.
    """
    accepted = [one for one in acts.mandates if one.party_id == party_id]
    mandate = _newest(one for one in accepted if is_active(one, now))
    if mandate is None:
        closed_at = max((over_at(one) for one in accepted), default=None)
        return Eye(terms=Terms(), is_open=False, keeps_copy=True, closes_at=closed_at)
    terms = Terms(
        name=mandate.name,
        granted=True,
        granted_from=mandate.starts_at,
        granted_until=runs_out_at(mandate),
        sections=mandate.sections,
        actions=mandate.actions,
        hidden=_hidden_sections(acts, Role.CAREGIVER, "", party_id),
    )
    return Eye(
        terms=terms,
        is_open=True,
        keeps_copy=True,
        opens_at=mandate.starts_at,
        closes_at=runs_out_at(mandate),
    )


def scope_of(mask: Mask) -> Scope:
    """Say from whom a mask hides; a contradictory one hides from all professionals."""
    if mask.from_whom == From.PROFESSION.value and mask.profession is not None:
        return Scope(From.PROFESSION.value, mask.profession)
    if mask.from_whom == From.PERSON.value and mask.party_id is not None:
        return Scope(From.PERSON.value, str(mask.party_id))
    return Scope(From.PROFESSIONALS.value)


def _hidden_sections(acts: Acts, role: Role, profession: str, party_id: UUID) -> tuple[str, ...]:
    hidden = {
        mask.section
        for _, mask in acts.masks
        if mask.section is not None and names(scope_of(mask), role, profession, party_id)
    }
    return tuple(sorted(hidden))


def _shared(acts: Acts, team: list[TeamMember], now: datetime) -> Consent | None:
    """Return a consent given to another that extends to the team that somebody is in."""
    if not team:
        return None
    return _newest(one for one in acts.consents if one.extends_to_team and _given(one, now))


def _emergency(acts: Acts, party_id: UUID, now: datetime) -> Emergency | None:
    until = [one.until for one in acts.emergencies if one.party_id == party_id and now < one.until]
    if not until:
        return None
    return Emergency(until=max(until), reads_masked=acts.settings.emergency_masked)


def _given(consent: Consent, now: datetime) -> bool:
    return consent.status == "given" and _lasts(consent.ends_at, now)


def _lasts(ends_at: datetime | None, now: datetime) -> bool:
    return ends_at is None or now < ends_at


def _newest(consents: Iterable[T]) -> T | None:
    """Return the one that was decided last."""
    return max(consents, key=_decided_at, default=None)


def _decided_at(act: object) -> datetime:
    if isinstance(act, Consent):
        return act.given_at or act.asked_at
    assert isinstance(act, Mandate)
    return act.starts_at


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [at for at in (one, other) if at is not None]
    return min(known) if known else None


def _latest_end(team: list[TeamMember]) -> datetime | None:
    """Return when the last of these ends; None when one has no end."""
    ends = [one.ends_at for one in team]
    return None if None in ends else max(end for end in ends if end is not None)


def _profession(acts: Acts, party_id: UUID) -> str:
    for group in (acts.emergencies, acts.consents, acts.team):
        newest = [one.profession for one in group if one.party_id == party_id]
        if newest:
            return newest[-1]
    return ""


def _name(acts: Acts, party_id: UUID) -> str:
    for group in (acts.consents, acts.emergencies, acts.team, acts.blocks):
        names_known = [one.name for one in group if one.party_id == party_id]
        if names_known:
            return names_known[-1]
    return ""


def _organization(acts: Acts, party_id: UUID, consent: Consent | None) -> str:
    if consent is not None:
        return consent.organization or ""
    known = [
        one.organization
        for group in (acts.consents, acts.emergencies)
        for one in group
        if one.party_id == party_id and one.organization is not None
    ]
    return known[-1] if known else ""
