"""People who give each other rights over HTTP, in one application with a clock to turn."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import time_machine
from sqlalchemy import delete, null, update

from backend.access.journal import service as journal
from backend.access.journal.model import Action, Actor, ActorKind, Object, Trace
from backend.access.model import Confidentiality
from backend.documents.service import Desk
from backend.identity.tables import majorities
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Office, Work
from backend.settings import Settings
from sync.edit import Entry
from sync.ports import Host
from sync.storage.tables import viewers
from tests.journeys import PASSWORD, PHONES, Counter, Json, Phone, client_of, serving, state_inside

_FORGET = delete(majorities).execution_options(all_spaces=True)
_NO_END = update(viewers).values(closes_at=null()).execution_options(all_spaces=True)
AGENDA = ["appointments", "immunizations"]


class House:
    """An application, its counter, and short ways to do what people do."""

    def __init__(self, client: httpx.AsyncClient, state: Any, counter: Counter) -> None:
        self.client = client
        self.office: Office = state.office
        self.host: Host = state.host
        self.desk = Desk(state.office, state.host, state.blobs, state.patients)
        self.counter = counter
        self.numbers = itertools.count(5_000)

    def later(self, **span: float) -> time_machine.travel:
        """Let everybody's clock run ahead for a while."""
        return time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True)

    async def patient(self, login: str = "lea.martin", **given: Any) -> tuple[Phone, str]:
        """Make a holder who has just proven who they are; return the phone and the space."""
        phone = await self.counter.newcomer(login, **given)
        await self.step_up(phone)
        return phone, (await phone.spaces())[0]["space_id"]

    async def step_up(self, phone: Phone) -> None:
        """Give password and code again."""
        asked = await phone.post("/v1/auth/step-up", json={"password": PASSWORD})
        assert asked.status_code == 202, asked.text
        proof = {"challenge_id": asked.json()["challenge_id"], "code": self.counter.code()}
        answer = await phone.post("/v1/auth/step-up/verify", json=proof)
        assert answer.status_code == 200, answer.text

    async def again(self, phone: Phone, login: str) -> None:
        """Sign a phone in again: its token is past its quarter of an hour."""
        fresh = await self.counter.sign_in(login)
        phone.tokens, phone.headers = fresh.tokens, fresh.headers

    async def ask(self, phone: Phone, space_id: str, **given: Any) -> httpx.Response:
        """Ask to invite a caregiver."""
        body = {
            "name": "Camille",
            "phone": PHONES.format(next(self.numbers)),
            "sections": AGENDA,
            "actions": ["read", "add", "change"],
            "ends_at": (datetime.now(UTC) + timedelta(days=300)).isoformat(),
            **given,
        }
        return await phone.post(f"/v1/spaces/{space_id}/mandates", json=body)

    async def invite(self, phone: Phone, space_id: str, **given: Any) -> Json:
        """Invite a caregiver."""
        answer = await self.ask(phone, space_id, **given)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    async def caregiver(
        self, phone: Phone, space_id: str, login: str = "camille", **given: Any
    ) -> tuple[Phone, Json]:
        """Invite somebody without an account, who makes one; return their phone."""
        invited = await self.invite(phone, space_id, **given)
        return await self.register(invited["code"], login), invited

    async def register(self, code: str, login: str, **given: Any) -> Phone:
        """Make an account with the code of an invitation."""
        body = {
            "code": code,
            "login": login,
            "password": PASSWORD,
            "phone": PHONES.format(next(self.numbers)),
            "device": {"name": "Téléphone", "platform": "android"},
            **given,
        }
        asked = await self.client.post("/v1/auth/register-caregiver", json=body)
        assert asked.status_code == 202, asked.text
        proof = {"challenge_id": asked.json()["challenge_id"], "code": self.counter.code()}
        answer = await self.client.post("/v1/auth/register-caregiver/verify", json=proof)
        assert answer.status_code == 200, answer.text
        return Phone(self.client, answer.json())

    async def forget_majorities(self) -> None:
        """Make the spaces that there are as they were before anybody noted birthdays."""

        async def use_case(work: Work) -> None:
            await work.db.run(_FORGET)
            await work.db.run(_NO_END)

        await self.office.write(use_case)

    async def state(self, phone: Phone, space_id: str) -> Json:
        """Ask for a space from the beginning, and return the page as it is answered."""
        (page,) = (await phone.sync(spaces=[{"space_id": space_id}]))["spaces"]
        return dict(page)


@asynccontextmanager
async def house_on(settings: Settings) -> AsyncIterator[House]:
    """Open a house on a migrated database."""
    async with serving(settings) as app, client_of(app) as client:
        yield House(client, state_inside(app), Counter(client, settings.data_folder))


async def write_secret(house: House, space_id: str) -> UUID:
    """Let a doctor bring something that is kept from the parents, and write it down."""

    async def use_case(work: Work) -> UUID:
        edit = await edit_space(work, house.host, UUID(space_id))
        record_id, author = work.new_id(), work.new_id()
        await edit.load([record_id])
        edit.put(
            Entry(
                record_id=record_id,
                collection=house.host.collections["conditions"],
                author_id=author,
                fields={"label": "Secret"},
                flags=Confidentiality.HIDDEN_FROM_REPRESENTATIVES.value,
            )
        )
        await save_space(work, UUID(space_id), edit)
        await write_line(work, space_id, [record_id])
        return record_id

    return await house.office.write(use_case)


async def write_line(work: Work, space_id: str, record_ids: list[UUID]) -> None:
    """Write into the journal that a doctor brought these."""
    doctor = Actor(kind=ActorKind.PROFESSIONAL, name="Anne Martin", profession="10")
    objects = [Object(collection="conditions", record_id=one) for one in record_ids]
    trace = Trace(at=work.now, actor=doctor, action=Action.ADD, objects=objects)
    await journal.write(work, UUID(space_id), trace)
