"""A mother, a daughter who helps her, and what each phone is told of the mother."""

from typing import Any
from uuid import UUID

from backend.access.model import Confidentiality
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.edit import Entry
from tests.integration.reminders.agenda import Agenda, reminders
from tests.journeys import Json, Phone, Replica, delete, put
from tests.journeys import patient as person

AGENDA = ["appointments", "immunizations"]
ICD = "http://hl7.org/fhir/sid/icd-10"
DIABETES = {"label": "Diabète", "code": "E11", "code_system": ICD}
# A vaccine that nobody of that age is advised, but for an illness.
TELLING = "pneumococcal_adult#1"


class World:
    """A mother, a daughter who helps her, and the daughter's phone."""

    def __init__(self, mother: Phone, daughter: Phone, space_id: str, mandate_id: str) -> None:
        self.mother = mother
        self.daughter = daughter
        self.space_id = space_id
        self.mandate = f"/v1/spaces/{space_id}/mandates/{mandate_id}"
        self.replica = Replica(space_id)
        self._told: dict[str, int] = {}

    async def write(self, collection: str, fields: Json, **given: Any) -> str:
        """Let the mother write something."""
        op = put(self.space_id, collection, fields, **given)
        (outcome,) = await self.mother.push(op)
        assert outcome["status"] == "applied", outcome
        return str(op["record_id"])

    async def erase(self, collection: str, record_id: str) -> None:
        """Let the mother take something back."""
        seq = (await self.mother.whole(self.space_id)).records[record_id]["seq"]
        await self.mother.push(delete(self.space_id, collection, record_id, seq))

    async def hide(self, record_id: str) -> str:
        """Let the mother mask something from her daughter."""
        (mandate,) = (await self.mother.whole(self.space_id)).bodies("mandates").values()
        mask = {"record_id": record_id, "from_whom": "person", "party_id": mandate["party_id"]}
        return await self.write("masks", mask)

    async def news(self) -> list[Json]:
        """Return what the daughter's next contact brings, records by the order they came in."""
        before = self.replica.checkpoint
        ask = {"space_id": self.space_id, "checkpoint": before, "limit": 500}
        (page,) = (await self.daughter.sync(spaces=[ask]))["spaces"]
        self.replica.take(page)
        assert self.replica.is_proved
        return [{**one, "record_id": self._name(one)} for one in page["changes"]]

    async def refresh(self) -> None:
        """Keep the daughter's phone signed in."""
        token = {"refresh_token": self.daughter.tokens["refresh_token"]}
        answer = await self.daughter.client.post("/v1/auth/refresh", json=token)
        assert answer.status_code == 200, answer.text
        self.daughter.tokens |= answer.json()
        bearer = f"Bearer {self.daughter.tokens['access_token']}"
        self.daughter.headers = {"Authorization": bearer}

    def _name(self, change: Json) -> int:
        return self._told.setdefault(change["record_id"], len(self._told))

    async def advised(self) -> dict[str, Json]:
        """Return what the daughter is told of her mother, by the step of the calendar."""
        found = (await reminders(self.daughter, self.space_id)).values()
        return {one["subject"]: one for one in found if one["kind"] != "appointment"}


async def world(
    house: Agenda, login: str = "lea.martin", *, born: str = "1961-04-09", **given: Any
) -> World:
    """Let a daughter help, with agenda and immunizations to read and no more by default."""
    opened = await house.counter.open_space(person(born))
    mother = await house.counter.enrol(opened["letters"][0], login, birth_date=born)
    await house.step_up(mother)
    space_id = (await mother.spaces())[0]["space_id"]
    helps = {"sections": AGENDA, "actions": ["read"], **given}
    daughter, invited = await house.caregiver(mother, space_id, f"camille.{login}", **helps)
    return World(mother, daughter, space_id, invited["record_id"])


async def bring_secret(house: Agenda, space_id: str, **fields: Any) -> None:
    """Let a doctor bring something that is kept from who stands in the person's place."""

    async def use_case(work: Work) -> None:
        edit = await edit_space(work, house.host, UUID(space_id))
        record_id = work.new_id()
        await edit.load([record_id])
        edit.put(
            Entry(
                record_id=record_id,
                collection=house.host.collections["conditions"],
                author_id=work.new_id(),
                fields=fields,
                flags=Confidentiality.HIDDEN_FROM_REPRESENTATIVES.value,
            )
        )
        await save_space(work, UUID(space_id), edit)

    await house.office.write(use_case)
