"""Whether somebody has an account, or a password is right: nothing outside tells."""

import math
import time

import pytest
from sqlalchemy import Executable

from backend.identity.accounts.model import Channel
from backend.identity.challenges.model import Challenged
from backend.identity.errors import CodeRefused, TooManyTries
from backend.identity.passwords import Passwords
from backend.kernel.statements import Prepared, Statements
from tests.people import PASSWORD, Town

STRANGER = "198.51.100.7"


def shape(challenge: Challenged) -> tuple[Channel, str | None]:
    """Return what a stranger can compare."""
    return challenge.channel, challenge.sent_to


async def test_a_wrong_password_looks_like_the_right_one(town: Town) -> None:
    """Same answer, same contact shown; but nothing is sent and no code fits."""
    await town.newcomer()
    before = len(town.mail.messages)

    wrong = await town.login(password="not the password", address=STRANGER)
    sent = len(town.mail.messages) - before
    right = await town.login()

    assert shape(wrong) == shape(right)
    assert sent == 0
    with pytest.raises(CodeRefused):
        await town.verify(wrong)


async def test_an_unknown_name_gets_a_stable_answer_and_no_message(town: Town) -> None:
    """Asking twice about nobody shows the same made-up contact."""
    await town.newcomer()
    before = len(town.mail.messages)

    first = await town.login("nobody", address=STRANGER)
    town.later(seconds=61)
    second = await town.login("nobody", address=STRANGER)

    assert shape(first) == shape(second)
    assert len(town.mail.messages) == before
    with pytest.raises(CodeRefused):
        await town.verify(first, "123456", STRANGER)


async def limits_met(town: Town, login: str, password: str, address: str) -> list[str]:
    """Try the same sign-in again and again, and say how each try ended."""
    met = []
    for wait in (0, 10, 61, 61, 61, 61, 3000, 4000, 60000):
        town.later(seconds=wait)
        try:
            challenge = await town.login(login, password, address=address)
        except TooManyTries as refused:
            met.append(f"wait {refused.retry_after_seconds}")
            continue
        try:
            await town.verify(challenge, "000000", address)
        except CodeRefused:
            met.append("refused")
        except TooManyTries as refused:
            met.append(f"verify waits {refused.retry_after_seconds}")
    return met


async def test_limits_tell_nothing_of_a_name_or_a_password(town: Town) -> None:
    """Known, unknown and wrong run into the same limits at the same tries."""
    await town.newcomer()

    right = await limits_met(town, "lea", PASSWORD, "198.51.100.1")
    town.later(days=3)
    wrong = await limits_met(town, "lea", "not the password", "198.51.100.2")
    town.later(days=3)
    unknown = await limits_met(town, "nobody", PASSWORD, "198.51.100.3")

    assert right == wrong == unknown
    assert any(one.startswith("wait") for one in right)


KINDS_OF_ATTEMPT = {
    "right": ("lea", PASSWORD),
    "wrong": ("lea", "not the password"),
    "unknown": ("nobody", PASSWORD),
}


async def time_attempts(town: Town, spent: dict[str, list[float]]) -> None:
    """Time each kind of attempt, interleaved, by what this process spends on all its threads."""
    for _ in range(12):
        town.later(hours=13)
        for n, (name, (login, password)) in enumerate(KINDS_OF_ATTEMPT.items()):
            start = time.process_time()
            await town.login(login, password, address=f"192.0.2.{n}")
            spent[name].append(time.process_time() - start)


async def test_known_and_unknown_names_take_as_long(town: Town) -> None:
    """The time of an answer does not tell whether a name exists.

    One Argon2 more or less would show in the quickest attempt of all. That the database
    is asked the same is tested below, and whatever else this machine does counts for nothing.
    """
    await town.newcomer()
    spent: dict[str, list[float]] = {name: [] for name in KINDS_OF_ATTEMPT}
    apart = math.inf
    for _ in range(4):
        await time_attempts(town, spent)
        quickest = [min(times) for times in spent.values()]
        apart = max(quickest) - min(quickest)
        if apart < 0.005:
            break

    assert apart < 0.005, spent


async def name_without_app(town: Town) -> str:
    """Find a name that nobody has and that seems to be reached by a message."""
    for n in range(100):
        challenge = await town.login(f"nobody{n}", address=STRANGER)
        if challenge.channel is not Channel.TOTP:
            return f"nobody{n}"
    raise AssertionError("Nearly all made-up accounts have no app.")


class CountingPasswords(Passwords):
    """Passwords that count how many they have checked."""

    checked = 0

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self.checked += 1
        return await super().verify(password_hash, password)


async def test_known_and_unknown_names_cost_the_same_work(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One Argon2 and as many statements, whatever was typed."""
    await town.newcomer()
    town.passwords = CountingPasswords(threads=1)
    statements = 0
    prepare = Statements.prepare

    def counted(self: Statements, statement: Executable) -> Prepared:
        nonlocal statements
        statements += 1
        return prepare(self, statement)

    monkeypatch.setattr(Statements, "prepare", counted)
    costs = []
    # An app asks for no message: a fair comparison is with a name that seems to have none.
    unknown = await name_without_app(town)
    town.later(hours=1)
    for n, (login, password) in enumerate((("lea", PASSWORD), ("lea", "wrong"), (unknown, "any"))):
        statements, town.passwords.checked = 0, 0
        await town.login(login, password, address=f"192.0.2.{n}")
        costs.append((statements, town.passwords.checked))

    assert costs[0] == costs[1] == costs[2]
    assert costs[0][1] == 1
    town.passwords.close()
