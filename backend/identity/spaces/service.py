"""Opening a space, sending its letters, and listing the spaces that somebody may open."""

import contextlib
from datetime import datetime
from uuid import UUID

import msgspec

from backend.identity import messages
from backend.identity.accounts import store as accounts
from backend.identity.errors import (
    ActivationNotFound,
    AlreadyHolder,
    InsAlreadyOpen,
    RepresentativeUnknown,
    SpacesFull,
)
from backend.identity.limits import (
    ACTIVATION_LIFE,
    ACTIVATION_TRIES_MAX,
    SPACES_PER_ACCOUNT_MAX,
)
from backend.identity.model import Ins
from backend.identity.ports import Grants, OpeningRecords
from backend.identity.rules.directory import CAREGIVER, ENDED, shown_as
from backend.identity.rules.ins import check_ins
from backend.identity.rules.opening import (
    check_opening,
    display_name,
    is_minor,
    legal_day,
    majority_at,
)
from backend.identity.rules.passwords import comparable_login
from backend.identity.sessions import store as session_store
from backend.identity.sessions.model import Caller
from backend.identity.spaces import majorities, store
from backend.identity.spaces.finding import ins_hash
from backend.identity.spaces.model import (
    Activation,
    Eye,
    Letter,
    LetterState,
    Membership,
    Opening,
    Patient,
    Representative,
    Role,
    SpaceOpened,
    SpaceView,
)
from backend.identity.typed_codes import TypedCodes
from backend.kernel.ids import AccountId, SpaceId, ViewerId
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.errors import SpaceNotFound
from sync.storage import spaces

_PROFILE = "profile"

CODES = TypedCodes("activation")
"""Those of letters."""


async def open_space(work: Work, records: OpeningRecords, opening: Opening) -> SpaceOpened:
    """Open a person's space and write the letters that let people in.

    An adult gets a letter. A child has one or two representatives, a protected
    adult may have: each gets a letter, or is let in at once when the sign-in
    name of an account is given.

    Raises:
        OpeningInvalid: The representatives do not fit the person's age.
        InvalidIns: The INS number cannot be.
        InsAlreadyOpen: A space is open for this INS number.
        RepresentativeUnknown: No account has the sign-in name given.
        SpacesFull: A representative opens as many spaces as one may.
    """
    today = legal_day(work.now)
    check_opening(opening, today)
    patient = opening.patient
    birth_date = patient.identity.traits.birth_date
    of_age_at = majority_at(birth_date) if is_minor(birth_date, today) else None
    space_id = SpaceId(work.new_id())
    if patient.identity.ins is not None:
        await _claim_ins(work, patient.identity.ins, space_id)
    await work.keys.create(work.db, space_id)
    await spaces.open_space(work.db, space_id)
    await store.add_patient(work, space_id, patient)
    await majorities.note(work, space_id, of_age_at)

    holder = await _add_viewer(work, space_id, Role.HOLDER, party_id=None)
    letters = []
    if of_age_at is None:
        letters.append(await issue_letter(work, space_id, holder, Role.HOLDER))
    for representative in opening.representatives:
        letter = await _admit(work, space_id, representative, until=of_age_at)
        letters.extend([] if letter is None else [letter])
    await records.create_profile(work, space_id, patient)
    return SpaceOpened(space_id=space_id, letters=letters)


async def issue_letter(
    work: Work, space_id: SpaceId, viewer_id: ViewerId, role: Role, *, until: datetime | None = None
) -> Letter:
    """Write a letter that lets somebody look through a viewer that has nobody yet.

    Its code opens nothing from *until* on, when the viewer may not look any more.
    """
    code, code_hash = CODES.draw(work)
    activation = Activation(
        space_id=space_id,
        activation_id=work.new_id(),
        viewer_id=viewer_id,
        role=role.value,
        code_hash=code_hash,
        tries=0,
        issued_at=work.now,
        expires_at=_expiry(work, until),
        used_at=None,
    )
    await store.add_activation(work, activation)
    return _letter(activation, code)


async def reissue_code(work: Work, space_id: SpaceId, activation_id: UUID) -> Letter:
    """Write a new letter in the place of one that was lost; the old code opens nothing.

    Raises:
        ActivationNotFound: No such letter here, or somebody used it.
    """
    activation = await store.activation(work, space_id, activation_id)
    code, code_hash = CODES.draw(work)
    until = None
    if activation is not None and activation.role == Role.REPRESENTATIVE.value:
        until = await majorities.due_at(work, space_id)
    expires_at = _expiry(work, until)
    # An account that the lost letter made, and that nobody signed in to, goes with it.
    if (
        activation is None
        or not await clear(work, activation)
        or not await store.replace_code(work, activation, code_hash, expires_at)
    ):
        raise ActivationNotFound("No letter here waits to be used.")
    return Letter(
        activation_id=activation_id, role=Role(activation.role), code=code, expires_at=expires_at
    )


async def reissue_letters(work: Work, space_id: SpaceId) -> list[Letter]:
    """Write every letter of a space that nobody has used again; the old codes open nothing.

    Raises:
        SpaceNotFound: There is no such space.
    """
    if not await store.patients_of(work, [space_id]):
        raise SpaceNotFound
    return [
        await reissue_code(work, space_id, letter.activation_id)
        for letter in await list_letters(work, space_id)
        if letter.used_at is None
    ]


async def reissue_unused(work: Work, space_id: SpaceId) -> list[Letter]:
    """Do what `reissue_letters` does, for those that can be; the others are somebody's."""
    written = []
    for letter in await list_letters(work, space_id):
        if letter.used_at is None:
            with contextlib.suppress(ActivationNotFound):
                written.append(await reissue_code(work, space_id, letter.activation_id))
    return written


async def list_letters(work: Work, space_id: SpaceId) -> list[LetterState]:
    """Return what an operator may know of a space's letters, oldest first."""
    return [
        LetterState(
            activation_id=one.activation_id,
            role=Role(one.role),
            issued_at=one.issued_at,
            expires_at=one.expires_at,
            used_at=one.used_at,
            is_shut=one.tries >= ACTIVATION_TRIES_MAX,
        )
        for one in await store.activations_of(work, space_id)
    ]


async def list_spaces(work: Work, caller: Caller, grants: Grants | None = None) -> list[SpaceView]:
    """Return the spaces that the caller opens, and as what, oldest first.

    Args:
        work: The transaction.
        caller: Whose list it is.
        grants: Reads what caregivers may do; without it their mandates are left out.
    """
    directory = await store.memberships_of(work, caller.party_id)
    eyes = await store.eyes_of(work, caller.party_id, [one.space_id for one in directory])
    shown = {i: state for i, eye in eyes.items() if (state := shown_as(eye, work.now)) is not None}
    persons = await store.patients_of(work, [*shown])
    return [
        _view(one, eyes[one.space_id], shown[one.space_id], persons[one.space_id], grants)
        for one in directory
        if one.space_id in persons
    ]


async def is_of_a_minor(work: Work, space_id: UUID) -> bool:
    """Say whether the person of a space is under age today."""
    person = (await store.patients_of(work, [space_id])).get(space_id)
    if person is None:
        return False
    return is_minor(person.identity.traits.birth_date, legal_day(work.now))


async def join(work: Work, account_id: AccountId, activation: Activation) -> None:
    """Write a space into the directory of an account that it has let in.

    Raises:
        AlreadyHolder: The account has a space of its own, and this one is another
            person's own.
        SpacesFull: The account opens as many spaces as one may.
    """
    if activation.role == Role.HOLDER.value:
        directory = await store.memberships_of(work, account_id)
        if any(one.role == Role.HOLDER.value for one in directory):
            raise AlreadyHolder("This account holds a space of its own.")
    if await store.count_memberships(work, account_id) >= SPACES_PER_ACCOUNT_MAX:
        raise SpacesFull(f"One account opens {SPACES_PER_ACCOUNT_MAX} spaces.")
    await store.add_member(
        work,
        Membership(
            account_id=account_id,
            space_id=activation.space_id,
            viewer_id=activation.viewer_id,
            role=activation.role,
            joined_at=work.now,
        ),
    )


async def party_of(work: Work, activation: Activation) -> UUID | None:
    """Return whose account looks through the viewer of a letter, if any does."""
    return await spaces.party_of(work.db, activation.space_id, activation.viewer_id)


async def clear(work: Work, activation: Activation) -> bool:
    """Free the viewer of a letter from an account that nobody signed in to.

    Returns:
        False when somebody has: the letter is theirs.
    """
    standing = await store.activation(work, activation.space_id, activation.activation_id)
    if standing is None or standing.code_hash != activation.code_hash:
        return False
    party_id = await party_of(work, activation)
    if party_id is None:
        return True
    account = await accounts.account(work, party_id)
    if account is None or await session_store.has_signed_in(work, party_id):
        return False
    await store.drop_member(work, party_id, activation.space_id)
    await accounts.drop(work, account)
    await spaces.take_party(work.db, activation.space_id, activation.viewer_id, party_id)
    return True


async def _claim_ins(work: Work, ins: Ins, space_id: SpaceId) -> None:
    check_ins(ins)
    if not await store.claim_ins(work, ins_hash(work, ins), space_id):
        raise InsAlreadyOpen("A space is open for this number.")


async def _admit(
    work: Work, space_id: SpaceId, representative: Representative, *, until: datetime | None
) -> Letter | None:
    """Let a representative in by account, or write a letter."""
    role = Role.REPRESENTATIVE
    if representative.login is None:
        viewer_id = await _add_viewer(work, space_id, role, party_id=None, until=until)
        return await issue_letter(work, space_id, viewer_id, role, until=until)
    hashed = accounts.login_hash(work, comparable_login(representative.login))
    account_id = await accounts.account_id_of(work, hashed)
    if account_id is None:
        raise RepresentativeUnknown("No account has this name.", pointer="/representatives")
    if await store.count_memberships(work, account_id) >= SPACES_PER_ACCOUNT_MAX:
        raise SpacesFull(f"One account opens {SPACES_PER_ACCOUNT_MAX} spaces.")
    viewer_id = await _add_viewer(work, space_id, role, party_id=account_id, until=until)
    await store.add_member(
        work,
        Membership(
            account_id=account_id,
            space_id=space_id,
            viewer_id=viewer_id,
            role=role.value,
            joined_at=work.now,
        ),
    )
    account = await accounts.existing(work, account_id)
    messages.send_notice(work, "space-joined", await accounts.contacts_of(work, account))
    return None


async def _add_viewer(
    work: Work,
    space_id: SpaceId,
    role: Role,
    *,
    party_id: AccountId | None,
    until: datetime | None = None,
) -> ViewerId:
    viewer_id = ViewerId(work.new_id())
    viewer = Viewer(viewer_id=viewer_id, party_id=party_id, role=role.value, closes_at=until)
    await spaces.add_viewer(work.db, space_id, viewer)
    return viewer_id


def _expiry(work: Work, until: datetime | None) -> datetime:
    latest = work.now + ACTIVATION_LIFE
    return latest if until is None else min(latest, until)


def _letter(activation: Activation, code: str) -> Letter:
    return Letter(
        activation_id=activation.activation_id,
        role=Role(activation.role),
        code=code,
        expires_at=activation.expires_at,
    )


def _view(
    member: Membership, eye: Eye, state: str, patient: Patient, grants: Grants | None
) -> SpaceView:
    view = SpaceView(
        space_id=SpaceId(member.space_id),
        viewer_id=ViewerId(member.viewer_id),
        role=eye.role,
        display_name=display_name(patient),
        state=state,
    )
    birth_date = patient.identity.traits.birth_date
    if state == ENDED:
        return view
    if eye.role != CAREGIVER:
        return msgspec.structs.replace(view, birth_date=birth_date)
    mandate = None if grants is None else grants.mandate_in(eye.grant)
    may_know = mandate is not None and _PROFILE in mandate.sections and "read" in mandate.actions
    return msgspec.structs.replace(
        view, mandate=mandate, birth_date=birth_date if may_know else None
    )
