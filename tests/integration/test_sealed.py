"""What lies on the disk says nothing of anybody, and a server refuses to be careless."""

import io
import json
import stat
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from backend.kernel.sealing import FileKeys
from tests.journeys import Counter, Phone, put
from tests.servers import Server, closing, prepared_server, running_server

# Test INS numbers: the national identifier for tests, and a key that fits.
INS_OID = "urn:oid:1.2.250.1.213.1.4.10"
_NUMBER = 2_61_04_63_220_042
INS = f"{_NUMBER}{97 - _NUMBER % 97:02}"

IDENTITY = {
    "patient": {
        "identity": {
            "traits": {
                "birth_family_name": "QUILLEVERE-LOUVET",
                "birth_given_name": "APOLLINE",
                "given_names": ["APOLLINE", "ZEPHYRINE"],
                "birth_date": "1961-04-09",
                "sex": "female",
                "birth_place_code": "63220",
            },
            "ins": {"value": INS, "oid": INS_OID},
            "reliability": "qualified",
        },
        "used_family_name": "Trevidic",
    }
}
LOGIN = "apolline.quillevere"
PASSWORD = "otters count the iron stars"
PHONE = "+33639980042"
EMAIL = "zephyrine@example.org"
DEVICE = "Tablette mauve du salon"
DOCUMENT = "Compte rendu : arthrose cervicale étagée.\n"

# What somebody who holds a copy of the disk would look for.
WORDS = {
    "family name": "quillevere",
    "given names": "zephyrine",
    "used name": "trevidic",
    "birth date": "1961-04-09",
    "INS": INS[:13],
    "telephone": PHONE[3:],
    "e-mail": EMAIL,
    "login": LOGIN,
    "password": PASSWORD,
    "device": DEVICE,
    "title of a note": "ordonnance oubliée",
    "text of a note": "dort mal depuis mardi",
    "text that was replaced": "premier brouillon honteux",
    "text that was deleted": "secret effacé",
    "label of a result": "créatininémie",
    "LOINC code": "14682-9",
    "ATC code": "N06AB10",
    "title of a document": "radio du rachis",
    "name of a file": "rachis-trevidic",
    "words of a document": "arthrose cervicale",
}
# Written to be read: by the developer, by the operator, by the demonstration.
FOR_READING = ("outbox.jsonl", "demo.json", "keys")


def spellings(word: str) -> set[bytes]:
    """Return a word as encodings and cases would write it."""
    cased = {word, word.lower(), word.upper(), word.title()}
    encodings = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
    plain = {one.encode(encoding) for one in cased for encoding in encodings}
    return plain | {json.dumps(word)[1:-1].encode(), quote(word).encode()}


def found_in(data: bytes) -> list[str]:
    """Name the known words that some bytes hold."""
    return [name for name, word in WORDS.items() if any(one in data for one in spellings(word))]


def files_of(folder: Path) -> Iterable[Path]:
    """Yield every file that must say nothing."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in FOR_READING:
            yield path


def leaks(folder: Path) -> dict[str, list[str]]:
    """Return which file holds which known words, in its name or in its bytes."""
    leaking = {}
    for path in files_of(folder):
        name = str(path.relative_to(folder))
        if words := found_in(path.read_bytes() + b"\n" + name.encode()):
            leaking[name] = words
    return leaking


async def live_a_little(server: Server, client: httpx.AsyncClient) -> Phone:
    """Do a bit of everything that leaves words behind."""
    counter = Counter(client, server.data_folder)
    opened = await client.post("/v1/operator/spaces", json=IDENTITY, headers=counter.headers)
    assert opened.status_code == 201, opened.text
    phone = await counter.enrol(
        opened.json()["letters"][0],
        LOGIN,
        phone=PHONE,
        password=PASSWORD,
        device={"name": DEVICE, "platform": "android"},
    )
    space_id = opened.json()["space_id"]
    await _write(phone, space_id)
    await _deposit(phone, space_id)
    refused = await phone.post("/v1/auth/login", json={"login": LOGIN, "password": EMAIL})
    assert refused.status_code == 400
    return phone


async def _write(phone: Phone, space_id: str) -> None:
    note = put(space_id, "notes", {"title": WORDS["title of a note"], "text": "a"})
    text = {"text": WORDS["text that was replaced"]}
    change = {"record_id": note["record_id"], "was": {"text": "a"}}
    loser = put(space_id, "notes", {"title": WORDS["text of a note"]}, **change)
    gone = put(space_id, "notes", {"title": "b", "text": WORDS["text that was deleted"]})
    result = {
        "kind": "result",
        "label": WORDS["label of a result"],
        "code": WORDS["LOINC code"],
        "code_system": "http://loinc.org",
        "value": 81.5,
        "measured_at": "2026-11-20T08:00:00Z",
    }
    treatment = {
        "label": "Escitalopram",
        "code": WORDS["ATC code"],
        "code_system": "http://www.whocc.no/atc",
    }
    outcomes = await phone.push(
        note,
        put(space_id, "notes", text, **change),
        put(space_id, "notes", {"text": WORDS["text of a note"]}, **change),
        loser,
        gone,
        put(space_id, "measures", result),
        put(space_id, "treatments", treatment),
        put(space_id, "contacts", {"kind": "emergency", "name": "Trevidic", "email": EMAIL}),
    )
    assert "refused" not in [o["status"] for o in outcomes], outcomes
    seq = outcomes[4]["seq"]
    delete = {**gone, "op_id": note["record_id"], "kind": "delete", "base": seq, "set": {}}
    assert [o["status"] for o in await phone.push(delete)] == ["applied"]


async def _deposit(phone: Phone, space_id: str) -> None:
    answer = await phone.post(
        f"/v1/spaces/{space_id}/documents",
        content=DOCUMENT.encode() * 50,
        headers={
            "Content-Type": "text/plain",
            "Document-Title": quote(WORDS["title of a document"]),
            "Document-File-Name": f"{WORDS['name of a file']}.txt",
        },
    )
    assert answer.status_code == 201, answer.text


async def test_no_file_of_the_data_folder_says_anything_of_anybody(
    tmp_path: Path, cache_folder: Path
) -> None:
    """Neither a stolen disk nor a stolen backup tells a name, a number or a word of health."""
    folder, copy = tmp_path / "data", tmp_path / "copy"
    async with running_server("sqlite", folder, cache_folder) as server:
        async with server.client() as client:
            await live_a_little(server, client)
            while_running = leaks(folder)
            backup = await server.command("backup", copy)
        await server.stop()

        assert backup.returncode == 0, backup.stderr
        assert while_running == {}, "while it runs"
        assert leaks(folder) == {}, "after it stopped"
        assert leaks(copy) == {}, "in the backup"
        assert found_in(server.log.encode()) == [], "in the log"
        # The search finds what is there: codes are sent in clear, by this development outbox.
        assert found_in((folder / "outbox.jsonl").read_bytes()) == ["telephone"]
        assert (copy / "carnet.sqlite3").stat().st_size > 50_000


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_no_row_of_a_server_database_says_anything_of_anybody(
    database_kind: str, tmp_path: Path, cache_folder: Path
) -> None:
    """The same where the data lies with somebody else."""
    import asyncpg

    async with running_server(database_kind, tmp_path / "data", cache_folder) as server:
        async with server.client() as client:
            await live_a_little(server, client)
        database = await asyncpg.connect(server.database_url)
        try:
            tables = await database.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
            dump = io.BytesIO()
            for (table,) in tables:
                await database.copy_from_table(table, output=dump, format="binary")
        finally:
            await database.close()

        assert len(dump.getvalue()) > 5_000
        assert found_in(dump.getvalue()) == []
        assert leaks(server.data_folder) == {}


async def test_what_is_private_is_the_owners_alone(tmp_path: Path) -> None:
    """Keys can be read by one account and changed by none; nothing is open to others."""
    folder = tmp_path / "data"  # Made by the server itself, at its first start.
    async with closing(Server(folder)) as server:
        await server.start()
        async with server.client() as client:
            await live_a_little(server, client)

        modes = {
            str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
            for path in folder.rglob("*")
            if path.is_file()
        }
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert modes["keys/carnet.keys"] == 0o400
        assert modes["operator.token"] == 0o400
        assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
        assert {"carnet.sqlite3", "carnet.lock", "outbox.jsonl"} <= modes.keys()


async def test_a_key_file_that_others_can_read_stops_the_start(
    tmp_path: Path, cache_folder: Path
) -> None:
    """Whatever the bit: a key that was readable may have been read."""
    async with prepared_server("sqlite", tmp_path / "data", cache_folder) as server:
        key_file = server.data_folder / "keys" / "carnet.keys"
        FileKeys.open(key_file)
        for mode in (0o440, 0o404, 0o420):
            key_file.chmod(mode)
            ended = await server.command("serve")

            assert ended.returncode == 1
            assert ended.stderr.startswith("✗ The key file can be read by others")


async def test_a_damaged_key_file_stops_the_start(tmp_path: Path, cache_folder: Path) -> None:
    """Nothing is made anew in its place: what the lost key sealed would be lost for good."""
    async with prepared_server("sqlite", tmp_path / "data", cache_folder) as server:
        key_file = server.data_folder / "keys" / "carnet.keys"
        key_file.parent.mkdir()
        key_file.write_text("{}")
        key_file.chmod(0o400)
        ended = await server.command("serve")

        assert ended.returncode == 1
        assert ended.stderr.startswith("✗ The key file is damaged.")
        assert key_file.read_text() == "{}"


SAFE = {
    "CARNET_PROFILE": "production",
    "CARNET_MESSAGES": "gateway",
    "CARNET_SMS_URL": "https://sms.example.org",
    "CARNET_PUBLIC_URL": "https://carnet.example.org",
}
UNSAFE: dict[str, tuple[dict[str, str], str]] = {
    "codes written to a file": ({"CARNET_MESSAGES": "console"}, "CARNET_MESSAGES=gateway"),
    "no way to send codes": ({"CARNET_SMS_URL": ""}, "CARNET_SMS_URL or CARNET_SMTP_URL"),
    "passwords that are known": ({"CARNET_DEMO": "true"}, "unset CARNET_DEMO"),
    "keys beside the data": ({"CARNET_KEY_FILE": "{data}/keys/k"}, "Set CARNET_KEY_FILE"),
    "keys in their usual place": ({"CARNET_KEY_FILE": ""}, "Set CARNET_KEY_FILE"),
    "an open line": ({"CARNET_PUBLIC_URL": "http://carnet.example.org"}, "https:// address"),
    "codes on an open line": ({"CARNET_SMS_URL": "http://sms.example.org"}, "begins with https://"),
    "a setting misspelt": ({"CARNET_MESSAGE": "gateway"}, "is not a setting"),
}


@asynccontextmanager
async def production(
    folder: Path, cache_folder: Path, changes: dict[str, str]
) -> AsyncIterator[Server]:
    """Prepare a production server that would be safe but for some changes."""
    keys = {"CARNET_KEY_FILE": str(folder / "apart" / "carnet.keys")}
    given = {k: v.format(data=folder / "data") for k, v in {**SAFE, **keys, **changes}.items()}
    settings = {name: value for name, value in given.items() if value}
    async with prepared_server("sqlite", folder / "data", cache_folder, **settings) as server:
        yield server


@pytest.mark.parametrize("way", UNSAFE)
async def test_the_production_profile_refuses_what_is_unsafe(
    way: str, tmp_path: Path, cache_folder: Path
) -> None:
    """A convenience of development does not start, and the sentence says what to set."""
    changes, words = UNSAFE[way]
    async with production(tmp_path, cache_folder, changes) as server:
        ended = await server.command("serve")

    assert ended.returncode == 1
    assert words in " ".join(ended.stderr.split())
    assert not (tmp_path / "data" / "keys").exists()


async def test_a_production_server_that_is_safe_starts(tmp_path: Path, cache_folder: Path) -> None:
    """The refusals above are about what they name, and about nothing else."""
    async with production(tmp_path, cache_folder, {}) as server:
        await server.start()

        assert not (server.data_folder / "outbox.jsonl").exists()
        assert (tmp_path / "apart" / "carnet.keys").exists()


async def test_a_second_process_on_the_same_folder_is_refused(
    tmp_path: Path, cache_folder: Path
) -> None:
    """Two writers of one file lose data; the second says so and leaves the first alone."""
    async with running_server("sqlite", tmp_path / "data", cache_folder) as first:
        second = Server(first.data_folder)
        ended = await second.command("serve")
        same_port = await first.command("serve")

        assert ended.returncode == 1
        assert "Another Carnet is using this data folder." in " ".join(ended.stderr.split())
        assert same_port.returncode == 1
        assert f"Port {first.port} on 127.0.0.1 is taken." in " ".join(same_port.stderr.split())
        async with first.client() as client:
            assert (await client.get("/health/ready")).status_code == 200
