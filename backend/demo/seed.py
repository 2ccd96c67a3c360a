"""Putting the fictional family into a database, once."""

import os
from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec

from backend.access.model import Role
from backend.demo.caregivers import entrust
from backend.demo.describe import describe, name_of
from backend.demo.family import circle, family
from backend.demo.model import Family, FamilySeeded, Fields, Person, SignIn
from backend.demo.professionals import bring_circle
from backend.documents.service import Desk
from backend.identity.accounts import store as accounts
from backend.identity.accounts.model import Contacts
from backend.identity.errors import InsAlreadyOpen
from backend.identity.model import PatientIdentity, Reliability
from backend.identity.passwords import Passwords
from backend.identity.ports import OpeningRecords
from backend.identity.rules.passwords import comparable_login
from backend.identity.spaces import activation, service
from backend.identity.spaces import store as spaces
from backend.identity.spaces.model import (
    Opening,
    Patient,
    Representative,
    SpaceOpened,
)
from backend.kernel.errors import Refusal
from backend.kernel.ids import AccountId, SpaceId
from backend.kernel.spaces import edit_space, open_store, save_space
from backend.kernel.work import Office, Work
from backend.settings import DEMO_FILE
from sync.edit import Entry, SpaceEdit
from sync.ports import Host

# Nobody waits for this device: an account is made by signing one in, which is then signed out.


class _Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to bring somebody in."""

    host: Host
    records: OpeningRecords
    family: Family
    hashes: dict[str, str]
    """Password hashes by sign-in name."""


async def seed(desk: Desk, records: OpeningRecords, *, folder: Path, today: date) -> FamilySeeded:
    """Make whoever of the family is missing, and write `demo.json` into *folder*.

    One transaction makes one person whole: space, account, record. So a start
    that was cut short is made good by the next one, and a family that is there
    is left as people have changed it. Nobody is sent a message.
    """
    office, host = desk.office, desk.host
    described = family(today)
    found = await office.read(lambda work: _found(work, described))
    missing = [person for person in described.persons if person.key not in found]
    if missing:
        hashes = await _hash_passwords(missing)
        stage = _Stage(host=host, records=records, family=described, hashes=hashes)
        for person in missing:
            await _bring_in(office, stage, person)
        found = await office.read(lambda work: _found(work, described))
    await bring_circle(desk, described, found, today)
    patients = await office.read(lambda work: spaces.patients_of(work, [*found.values()]))
    seeded = FamilySeeded(
        family=described,
        spaces=found,
        patients={key: patients[space_id] for key, space_id in found.items()},
        made=bool(missing),
        circle=circle(),
    )
    _write_private(folder / DEMO_FILE, msgspec.json.encode(describe(seeded)))
    return seeded


async def _found(work: Work, described: Family) -> dict[str, UUID]:
    """Return the spaces of those who are here, by key: by sign-in name, or by who acts for them."""
    found: dict[str, UUID] = {}
    for person in described.persons:
        if person.sign_in is None:
            continue
        account_id = await _account_id(work, person.sign_in)
        if account_id is None:
            continue
        directory = await spaces.memberships_of(work, account_id)
        children = {child.used_given_name: child.key for child in _children_of(described, person)}
        patients = await spaces.patients_of(work, [one.space_id for one in directory])
        for one in directory:
            patient = patients.get(one.space_id)
            if one.role == Role.HOLDER.value:
                found[person.key] = one.space_id
            elif patient is not None and patient.used_given_name in children:
                found[children[patient.used_given_name]] = one.space_id
    return found


async def _bring_in(office: Office, stage: _Stage, person: Person) -> None:
    async def use_case(work: Work) -> None:
        author_id, space_id = await _open(work, stage, person)
        await _write_records(work, stage, person, space_id, author_id)
        for caregiver in stage.family.acting_for(person.key, Role.CAREGIVER.value):
            assert caregiver.sign_in is not None
            caregiver_id = await _account_id(work, caregiver.sign_in)
            assert caregiver_id is not None, "Whoever acts for somebody comes before them."
            await entrust(
                work, stage.host, space_id, account_id=caregiver_id, name=name_of(caregiver)
            )
        work.messages.clear()

    try:
        await office.write(use_case)
    except InsAlreadyOpen:
        # Another process of this server starts at the same time, and was first.
        return


async def _open(work: Work, stage: _Stage, person: Person) -> tuple[AccountId, SpaceId]:
    """Open a space with all who look at it; return the account that writes its record."""
    representatives = stage.family.acting_for(person.key, Role.REPRESENTATIVE.value)
    logins = [one.sign_in.login for one in representatives if one.sign_in is not None]
    opened = await service.open_space(
        work,
        stage.records,
        Opening(
            patient=_patient(person),
            representatives=tuple(Representative(login=one) for one in logins),
        ),
    )
    if person.sign_in is not None:
        return await _make_account(work, stage, person.sign_in, opened), opened.space_id
    first = next(one.sign_in for one in representatives if one.sign_in is not None)
    author_id = await _account_id(work, first)
    assert author_id is not None, "Whoever acts for a child comes before it."
    return author_id, opened.space_id


async def _make_account(
    work: Work, stage: _Stage, sign_in: SignIn, opened: SpaceOpened
) -> AccountId:
    """Use the letter of a holder as they would, their telephone proven."""
    (letter,) = opened.letters
    code_hash = service.CODES.hash_of(work, letter.code)
    assert code_hash is not None
    letters = await spaces.activation_of(work, code_hash)
    assert letters is not None
    contacts = Contacts(login=sign_in.login, phone=sign_in.phone)
    made = await activation.make_account(work, letters, contacts, stage.hashes[sign_in.login])
    if isinstance(made, Refusal):
        raise made
    return made


async def _write_records(
    work: Work, stage: _Stage, person: Person, space_id: SpaceId, author_id: AccountId
) -> None:
    store = await open_store(work, space_id)
    made = await store.all_ids()
    new = [work.new_id() for _ in person.records]
    edit = await edit_space(work, stage.host, space_id)
    await edit.load([*made, *new])
    await edit.surround(collection for collection, _ in person.records)
    _complete_profile(edit, stage.host, made, person.profile)
    for record_id, (collection, fields) in zip(new, person.records, strict=True):
        edit.put(
            Entry(
                record_id=record_id,
                collection=stage.host.collections[collection],
                author_id=author_id,
                fields=fields,
            )
        )
    await save_space(work, space_id, edit)


def _complete_profile(edit: SpaceEdit, host: Host, made: list[UUID], editable: Fields) -> None:
    """Fill in the one record that the opening made.

    A representative who was let in after the opening gets its line of it here.
    """
    (record_id,) = made
    standing = edit.record(record_id)
    assert standing is not None
    assert standing.body is not None
    edit.put(
        Entry(
            record_id=record_id,
            collection=host.collections[standing.collection],
            author_id=standing.author_id,
            fields=msgspec.json.decode(standing.body, type=Fields) | editable,
        )
    )


def _patient(person: Person) -> Patient:
    return Patient(
        identity=PatientIdentity(
            traits=person.traits, reliability=Reliability.QUALIFIED, ins=person.ins
        ),
        used_family_name=person.used_family_name,
        used_given_name=person.used_given_name,
    )


def _children_of(described: Family, person: Person) -> list[Person]:
    ties = [tie for tie in described.relations if tie.by == person.key]
    acted_for = [described.person(tie.person) for tie in ties]
    return [one for one in acted_for if one.sign_in is None]


async def _account_id(work: Work, sign_in: SignIn) -> AccountId | None:
    hashed = accounts.login_hash(work, comparable_login(sign_in.login))
    return await accounts.account_id_of(work, hashed)


async def _hash_passwords(persons: list[Person]) -> dict[str, str]:
    passwords = Passwords(threads=1)
    try:
        signing_in = [person.sign_in for person in persons if person.sign_in is not None]
        return {one.login: await passwords.hash(one.password) for one in signing_in}
    finally:
        passwords.close()


def _write_private(path: Path, content: bytes) -> None:
    """Replace a file that only its owner may read, whole or not at all."""
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    partial.replace(path)
