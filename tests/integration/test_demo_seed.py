"""The fictional family in a database: whole, once, and open to whom it should be."""

import json
import stat
import time

import msgspec
import pytest

from backend.access.collection import ViewerRights
from backend.access.rules.visibility import ACTS
from backend.access.sections import sections_in
from backend.demo.describe import describe
from backend.demo.family import family
from backend.demo.seed import seed
from backend.documents.blobs import BlobStore
from backend.documents.service import Desk
from backend.identity.sessions import service as sessions
from backend.identity.spaces.service import list_spaces
from backend.kernel.errors import Refusal
from backend.kernel.spaces import open_store
from backend.patients import PatientRecords
from backend.record import ALL
from backend.settings import DEMO_FILE
from sync.ports import Host
from sync.storage.port import FeedPlace
from tests.people import town_on

# What professionals brought, and what the person decided about them.
BROUGHT = ACTS | {"documents"}
OWN = {"holder", "representative"}
ROLES = {
    "claire": {"Claire Delorbe": "holder", "Malo Delorbe": "representative"}
    | {"Lucienne Chanterive": "caregiver"},
    "lucienne": {"Lucienne Chanterive": "holder"},
}


class Unlucky:
    """Opening records that fail for one given name, as when the power goes."""

    def __init__(self, records, given_name):
        self.records = records
        self.given_name = given_name

    async def create_profile(self, work, space_id, patient):
        if patient.used_given_name == self.given_name:
            raise InterruptedError
        await self.records.create_profile(work, space_id, patient)


@pytest.fixture
async def town(database, tmp_path):
    """An office on an empty database."""
    async with town_on(database, tmp_path) as opened:
        yield opened


@pytest.fixture
def host(town):
    """The whole record, as the composition root gives it to sync."""
    return Host(
        collections=ALL,
        rights=ViewerRights(town.matrix),
        refusal=Refusal,
        checkpoint_key=town.office.keys.provider.checkpoint_key,
    )


async def plant(town, host, records=None):
    """Seed the family on the town's day."""
    records = records or PatientRecords(host)
    return await seed(desk_of(town, host), records, folder=town.folder, today=town.now.date())


def desk_of(town, host):
    """What depositing documents needs."""
    return Desk(town.office, host, BlobStore(town.folder / "blobs"), PatientRecords(host))


async def spaces_of(town, seeded, key):
    """Sign in as one of the family, the whole way, and list what opens."""
    sign_in = seeded.family.person(key).sign_in
    challenge = await town.login(sign_in.login, sign_in.password)
    caller = await town.caller(await town.verify(challenge))
    return caller, await town.office.look(lambda work: list_spaces(work, caller))


async def contents(town, space_id):
    """Return each viewer, with the records that its feed holds."""

    async def use_case(work):
        store = await open_store(work, space_id)
        found = {}
        for viewer in await store.viewers():
            lines, more = await store.page(viewer.viewer_id, FeedPlace(0), 2000, naming={})
            assert not more
            found[viewer.viewer_id] = (
                viewer,
                [(line.collection, msgspec.json.decode(line.body)) for line in lines],
            )
        return found, await store.records(await store.all_ids())

    return await town.office.read(use_case)


async def test_each_signs_in_and_opens_what_is_theirs(town, host):
    """By name, password and code, as anybody; the device of the seeding is gone."""
    seeded = await plant(town, host)

    for key, expected in ROLES.items():
        caller, views = await spaces_of(town, seeded, key)
        assert {view.display_name: view.role for view in views} == expected
        assert {view.state for view in views} == {"open"}
        devices = await town.office.look(lambda work, c=caller: sessions.list_devices(work, c))
        assert [one.device_id for one in devices] == [caller.device_id]


async def test_holders_and_representatives_see_the_whole_record(town, host):
    """The profile included, completed from its file."""
    seeded = await plant(town, host)

    for person in seeded.family.persons:
        found, stored = await contents(town, seeded.spaces[person.key])
        own = {i: one for i, one in found.items() if one[0].role in OWN}
        assert len(own) == (2 if person.key == "malo" else 1)
        ours = [one for one in stored.values() if one.collection not in BROUGHT]
        assert len(ours) == len(person.records) + 1
        for viewer, lines in own.values():
            assert viewer.count == len(lines) == len(stored)
            (profile,) = [body for collection, body in lines if collection == "profile"]
            assert profile["birth_date"] == str(person.traits.birth_date)
            assert person.profile.items() <= profile.items()


async def test_a_caregiver_sees_what_a_mandate_starts_with(town, host):
    """Claire holds her mother's record, but for personal notes and sensitive sections."""
    seeded = await plant(town, host)

    found, stored = await contents(town, seeded.spaces["lucienne"])

    ((viewer, lines),) = [one for one in found.values() if one[0].role == "caregiver"]
    open_to_her = [one for one in stored.values() if one.collection not in ACTS | {"notes"}]
    expected = [one.collection for one in open_to_her if not sections_in(one.flags)]
    assert sorted(collection for collection, _ in lines) == sorted(expected)
    assert viewer.count == len(lines) < len(open_to_her)
    [mandate] = [one for one in stored.values() if one.collection == "mandates"]
    assert set(msgspec.json.decode(mandate.body)["actions"]) == {"read", "add", "change", "message"}


async def test_a_childs_record_is_written_by_who_acts_for_it(town, host):
    """Claire may correct the measures that she brought."""
    seeded = await plant(town, host)
    caller, _ = await spaces_of(town, seeded, "claire")

    _, stored = await contents(town, seeded.spaces["malo"])

    depositors = {r.depositor_id for r in stored.values() if r.collection != "profile"}
    assert depositors == {caller.account_id}


async def test_seeding_again_changes_nothing(town, host):
    """Another start, on another day, leaves the family as people have changed it."""
    first = await plant(town, host)
    before = {key: await contents(town, space_id) for key, space_id in first.spaces.items()}
    written = (town.folder / DEMO_FILE).read_bytes()

    town.later(days=40)
    second = await plant(town, host)

    assert (first.made, second.made) == (True, False)
    assert second.spaces == first.spaces
    assert {key: await contents(town, s) for key, s in second.spaces.items()} == before
    assert (town.folder / DEMO_FILE).read_bytes() == written


async def test_a_start_cut_short_is_made_good_by_the_next(town, host):
    """Each person is there whole, or not at all."""
    with pytest.raises(InterruptedError):
        await plant(town, host, Unlucky(PatientRecords(host), "Lucienne"))

    seeded = await plant(town, host)

    assert set(seeded.spaces) == {"claire", "lucienne", "malo"}
    for person in seeded.family.persons:
        _, stored = await contents(town, seeded.spaces[person.key])
        ours = [one for one in stored.values() if one.collection not in BROUGHT]
        assert len(ours) == len(person.records) + 1


async def test_a_physiotherapists_software_holds_documents_of_others(town, host):
    """What the matrix of the demonstration lets them read, and nothing else of the record."""
    seeded = await plant(town, host)

    found, _ = await contents(town, seeded.spaces["lucienne"])

    copies = [one for one in found.values() if one[0].role == "professional" and one[0].keeps_copy]
    ((viewer, lines),) = copies
    assert {collection for collection, _ in lines} == {"documents"}
    assert viewer.count == len(lines) > 40
    assert "11488-4" in {body["type_code"] for _, body in lines}


async def test_the_file_for_people_is_private_and_complete(town, host):
    """`carnet demo --json` has it while the server runs; nobody else reads it."""
    seeded = await plant(town, host)
    path = town.folder / DEMO_FILE

    told = json.loads(path.read_text())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert told == describe(seeded)
    assert [one["key"] for one in told["professionals"] if one["spaces"]] == [
        "kervadoc",
        "treguidel",
    ]
    claire = next(one for one in told["persons"] if one["key"] == "claire")
    assert (claire["login"], claire["password"]) == ("claire.demo", "carnet-demo-claire")
    assert [one["space_id"] for one in claire["spaces"]] == [
        str(seeded.spaces[key]) for key in ("claire", "malo", "lucienne")
    ]
    tie = {"person": "lucienne", "by": "claire", "role": "caregiver", "code": "DAU"}
    assert tie in told["relations"]
    assert [space["role"] for space in claire["spaces"]] == [
        "holder",
        "representative",
        "caregiver",
    ]
    born = seeded.family.person("claire").traits.birth_date
    ins = seeded.family.person("claire").ins
    assert (claire["birth_date"], claire["ins"]) == (str(born), ins.value)
    assert claire["ins_oid"] == ins.oid.value


async def test_nobody_is_told_of_the_seeding(town, host):
    """No message leaves to a number that was made up."""
    await plant(town, host)

    assert town.mail.messages == []


async def test_seeding_costs_less_than_a_second(town, host):
    """A first start is not held up: processor time, so that a busy machine does not count."""
    family(town.now.date())  # Its files are read once.
    started = time.process_time()

    await plant(town, host)

    assert time.process_time() - started < 1
