"""Whether somebody has a space: no answer, list, code or time tells a professional."""

import math
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Executable

from backend.access.consents import asking, store
from backend.access.consents.limits import REQUEST_LIFE
from backend.access.consents.model import Asking, State
from backend.access.rules.consents import Scope
from backend.identity.acting import who_acts
from backend.identity.model import Ins, InsOid
from backend.identity.professionals.model import ProfessionalCaller
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import PROFESSIONALS
from backend.kernel.statements import Prepared, Statements
from backend.kernel.work import Work
from tests.clinic import INS, NOBODY, Clinic, state_of
from tests.journeys import BIRTH_DATE, Phone

BORN_ANOTHER_DAY = "1961-04-10"
WHO = {
    "known": {},
    "unknown": {"ins": NOBODY},
    "born another day": {"birth_date": BORN_ANOTHER_DAY},
}


def shape(value: Any) -> Any:
    """Return what can be compared of an answer: its fields, and how long each value is."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return len(value) if isinstance(value, str) else value


async def caller_of(clinic: Clinic, software: Phone) -> ProfessionalCaller:
    """Say who asks."""

    async def ask(work: Work) -> ProfessionalCaller:
        token = software.tokens["access_token"]
        return await who_acts(work, await sessions.authenticate(work, token, PROFESSIONALS))

    return await clinic.office.look(ask)


async def test_the_answer_is_the_same_whoever_is_asked_for(clinic: Clinic) -> None:
    """202 with a request; only the right number and birth date reach a phone."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()

    answers = {name: await clinic.ask(software, **changes) for name, changes in WHO.items()}
    for changes in WHO.values():
        await clinic.asked(software, **changes)
    listed = await clinic.requests(software)

    assert {one.status_code for one in answers.values()} == {202}
    shapes = [shape(one.json()) for one in answers.values()]
    assert shapes[0] == shapes[1] == shapes[2]
    headers = [sorted(set(one.headers) - {"x-request-id"}) for one in answers.values()]
    assert headers[0] == headers[1] == headers[2]
    assert {one["status"] for one in listed} == {"waiting", "ended"}
    assert len({str(shape(one)) for one in listed if one["status"] == "waiting"}) == 1
    bodies = (await phone.whole(space_id)).bodies("consents").values()
    assert {one["status"] for one in bodies} <= {"asked", "ended"}
    asked = [one for one in bodies if one["status"] == "asked"]
    assert len(asked) == 1


async def test_codes_and_giving_up_tell_nothing(clinic: Clinic) -> None:
    """A wrong code is the same answer, and so is the end of a request."""
    await clinic.patient()
    software = await clinic.professional()
    answers = []
    for changes in (WHO["known"], WHO["unknown"]):
        request_id = await clinic.asked(software, **changes)
        path = f"/v1/professionals/me/consents/{request_id}"
        codes = [await software.post(f"{path}/code", json={"code": "000"}) for _ in range(6)]
        end = await software.post(f"{path}/end")
        answers.append(
            [(one.status_code, one.content) for one in codes] + [(end.status_code, end.content)]
        )

    assert answers[0] == answers[1]


async def test_an_ask_costs_the_same_statements(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The use case looks nobody up: it runs the same statements, one for one."""
    await clinic.patient()
    me = await caller_of(clinic, await clinic.professional())
    prepare = Statements.prepare
    run: list[str] = []

    def counted(self: Statements, statement: Executable) -> Prepared:
        run.append(str(statement))
        return prepare(self, statement)

    monkeypatch.setattr(Statements, "prepare", counted)
    ran = []
    for number in (INS, NOBODY, INS):
        wanted = Asking(
            ins=Ins(value=number["value"], oid=InsOid.NIR_TEST),
            birth_date=me.signed_in_at.date(),
            scope=Scope(purpose="follow-up"),
        )
        run.clear()
        await clinic.office.write(lambda work: asking.ask(work, clinic.host, me, wanted))  # noqa: B023
        ran.append([*run])

    assert ran[0] == ran[1] == ran[2]


async def test_known_and_unknown_persons_take_as_long(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of an answer does not tell who is here: the quickest of each kind are alike."""
    await clinic.patient()
    software = await clinic.professional()
    monkeypatch.setattr(asking, "ASKS_PER_PERSON", ())
    monkeypatch.setattr(asking, "ASKS_PER_PROFESSIONAL", ())
    spent: dict[str, list[float]] = {name: [] for name in WHO}
    apart = math.inf
    for _ in range(4):
        for _ in range(12):
            for name, changes in WHO.items():
                start = time.process_time()
                answer = await clinic.ask(software, **changes)
                spent[name].append(time.process_time() - start)
                assert answer.status_code == 202
        quickest = [min(times) for times in spent.values()]
        apart = max(quickest) - min(quickest)
        if apart < 0.004:
            break

    assert apart < 0.004, spent


async def test_asks_are_bounded_on_what_the_asker_knows(clinic: Clinic) -> None:
    """The same person, here or not, is asked for four times at most."""
    await clinic.patient()
    software = await clinic.professional()

    met = {
        name: [(await clinic.ask(software, **WHO[name])).status_code for _ in range(5)]
        for name in ("known", "unknown")
    }

    assert met["known"] == met["unknown"] == [202, 202, 202, 202, 429]


async def test_a_request_expires_alike(clinic: Clinic) -> None:
    """After a week both are over, whoever was asked for."""
    await clinic.patient()
    software = await clinic.professional()
    known, unknown = [await clinic.asked(software, **WHO[name]) for name in ("known", "unknown")]
    me = UUID(await clinic.party(software))
    clock = clinic.office.clock

    async def statuses(work: Work) -> set[State]:
        return {one.status(work.now) for one in await store.requests_of(work, me)}

    before = await clinic.office.read(statuses)
    later = clock() + REQUEST_LIFE + timedelta(seconds=1)
    clinic.office.clock = lambda: later
    after = await clinic.office.read(statuses)
    answered = [
        await clinic.office.write(lambda work: store.settle(work, me, UUID(one), State.GIVEN))  # noqa: B023
        for one in (known, unknown)
    ]
    clinic.office.clock = clock

    assert (before, after) == ({State.WAITING}, {State.EXPIRED})
    assert answered == [False, False]


async def test_whoever_is_blocked_waits_like_for_nobody(clinic: Clinic) -> None:
    """Their request reaches no phone, and looks like any other."""
    phone, space_id = await clinic.patient()
    software = await clinic.professional()
    await clinic.answer(phone, space_id, await clinic.asked(software), answer="refuse")
    party_id = await clinic.party(software)
    await phone.post(f"/v1/spaces/{space_id}/blocks", json={"party_id": party_id})

    request_id = await clinic.asked(software)

    assert [one["status"] for one in await clinic.requests(software)] == ["waiting", "refused"]
    assert request_id not in (await phone.whole(space_id)).bodies("consents")
    assert await state_of(software, space_id) == "wipe"


async def test_a_number_that_nobody_can_have_is_refused_by_its_form(clinic: Clinic) -> None:
    """That follows from the number alone."""
    software = await clinic.professional()

    answer = await clinic.ask(software, ins={**INS, "oid": "urn:oid:1.2.250.1.213.1.4.8"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-ins")
    assert BIRTH_DATE != BORN_ANOTHER_DAY
