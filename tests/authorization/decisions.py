"""What the people of the matrix write, hide, allow and take back, in the order they do."""

from datetime import UTC, datetime, timedelta

import time_machine

from tests.authorization.cast import DOCTOR, PHYSIOTHERAPIST
from tests.authorization.people import Town
from tests.authorization.world import a_word
from tests.journeys import Json, Phone, delete, put

# Acts of rights too: naming them opens nothing.
_EVERY_SECTION = [
    "profile", "allergies", "conditions", "treatments", "measures", "history", "immunizations",
    "screenings", "situations",
    "appointments", "contacts", "notes", "documents", "consents", "masks", "mandates",
]  # fmt: skip
_MEASURE = {"kind": "weight", "value": 70.5, "unit": "kg", "measured_at": "2026-01-02T08:00:00Z"}
_DOSE = {"status": "completed", "occurred_on": "2026-01-02"}
_EXAM = {"exam": "fit", "status": "completed", "performed_on": "2026-01-02"}
_RISK = {"kind": "situation", "situation": "diabetes", "answer": "yes"}
_RULE = {"starts_at": "2027-01-02T08:00:00Z", "time_zone": "Europe/Paris"}
_VISIT = {"status": "booked", "starts_at": "2027-01-02T08:00:00Z", "time_zone": "Europe/Paris"}


class Decisions:
    """Everything that is done in a town before anybody asks."""

    def __init__(self, town: Town) -> None:
        self.world = town.world
        self.phones = town.phones
        self.parties = town.parties
        self.tokens = town.tokens
        self.client = town.counter.client

    async def before_anybody_was_let_in(self) -> None:
        """Write the records, and hide those that nobody let in is to have had."""
        world, lea = self.world, self.phones["holder"]
        await world.plant(lea, "home", "allergy", "allergies", "label")
        await world.plant(lea, "home", "withdrawn", "allergies", "label")
        await world.plant(lea, "home", "erased", "allergies", "label")
        await world.plant(lea, "home", "deleted", "allergies", "label")
        await world.plant(
            lea, "home", "condition_secret", "conditions", "label", sensitive=["addiction"]
        )
        for name in ("treatment_masked", "treatment_doctors", "treatment_person"):
            await world.plant(lea, "home", name, "treatments", "label")
        await world.plant(lea, "home", "history", "history", "label", kind="procedure")
        await world.plant(lea, "home", "measure", "measures", "comment", **_MEASURE, label="Poids")
        await world.plant(lea, "home", "vaccine", "immunizations", "label", **_DOSE)
        await world.plant(lea, "home", "screening", "screenings", "label", **_EXAM)
        await world.plant(lea, "home", "situation", "situations", "label", **_RISK)
        await world.plant(lea, "home", "appointment", "appointments", "title", **_VISIT)
        await world.plant(lea, "home", "rule", "reminder_rules", "title", **_RULE)
        await world.plant(lea, "home", "contact", "contacts", "name", kind="emergency")
        await world.plant(lea, "home", "note", "notes", "title")
        await world.upload(lea, "home", "paper")
        await world.bring("home", "report")
        await world.bring("home", "report_masked", "MASQUE_PS")
        await world.bring("home", "report_pending", "INVISIBLE_PATIENT")
        # What is read beside documents that few may see; their identifiers are as secret as they.
        for name, document in (
            ("vaccine", "report"),
            ("allergy", "report_masked"),
            ("history", "report_pending"),
            ("screening", "paper"),
        ):
            await world.draw("home", name, document)
        await self._mask("treatment_masked", "mask", from_whom="professionals")
        await self._mask("treatment_doctors", from_whom="profession", profession=DOCTOR)
        party_id = self.parties["doctor-copy"]
        await self._mask("treatment_person", from_whom="person", party_id=party_id)
        await self._delete("deleted")
        await self._elsewhere()
        for space, name in (("home", "holder"), ("child", "mother"), ("ward", "guardian")):
            await self._sign_profile(space, self.phones[name])

    async def _elsewhere(self) -> None:
        world = self.world
        mother, stranger = self.phones["mother"], self.phones["stranger"]
        await world.plant(mother, "child", "allergy", "allergies", "label")
        await world.plant(mother, "child", "note", "notes", "title")
        await world.upload(mother, "child", "paper")
        await world.bring("child", "secret", "INVISIBLE_REPRESENTANTS_LEGAUX")
        await world.plant(self.phones["guardian"], "ward", "allergy", "allergies", "label")
        await world.plant(stranger, "strange", "allergy", "allergies", "label")
        await world.plant(stranger, "strange", "note", "notes", "title")
        await world.upload(stranger, "strange", "paper")

    async def let_in(self) -> None:
        """Write the acts that let professionals and caregivers in, or do not."""
        world = self.world
        with time_machine.travel(datetime.now(UTC) - timedelta(hours=3), tick=True):
            await self._whom_time_alone_shuts_out()
        # Somebody whom the space knows, and who asks for nothing: to be let in and shut out.
        met = await world.cast.caller((await world.cast.professional()).access_token)
        self.parties["met"] = world.given["party met"] = str(met.party_id)
        for name, given in (
            ("met", {"status": "ended", "ended_at": self._at(-1)}),
            ("doctor-copy", {"keeps_copy": True, "organization": a_word()}),
            ("doctor-online", {}),
            ("doctor-attending", {"keeps_copy": True}),
            ("doctor-administrator", {"keeps_copy": True}),
            ("doctor-section", {"keeps_copy": True, "sections": ["allergies"]}),
            ("doctor-blocked", {"keeps_copy": True}),
            ("physiotherapist", {"keeps_copy": True}),
            ("doctor-ended", {"keeps_copy": True, "status": "ended", "ended_at": self._at(-1)}),
            ("doctor-asked", {"status": "asked"}),
        ):
            profession = PHYSIOTHERAPIST if name == "physiotherapist" else DOCTOR
            kept = "consent" if name == "doctor-copy" else ""
            fields = {**self._consent(name, profession), **given}
            await world.act("home", "consents", fields, kept)
            if "status" not in given:
                await world.enter_directory(self.parties[name], "home", "professional")
        of_child = {**self._consent("doctor-of-child", DOCTOR), "keeps_copy": True}
        await world.act("child", "consents", of_child, "consent")
        who = {"name": "MOREL", "profession": DOCTOR}
        attending = {**who, "party_id": self.parties["doctor-attending"], "role": "attending"}
        await world.act("home", "care_team", {**attending, "starts_at": self._at(-9)}, "team")
        above = {**who, "party_id": self.parties["doctor-administrator"], "role": "administrator"}
        await world.act("home", "care_team", {**above, "starts_at": self._at(-9)})
        blocked = {**who, "party_id": self.parties["doctor-blocked"], "blocked_at": self._at(-1)}
        await world.act("home", "blocks", blocked, "block")
        await self._break_in("doctor-emergency", until=3, kept="emergency")
        await self._mandates()

    async def _whom_time_alone_shuts_out(self) -> None:
        """Let some in three hours ago, for two hours: nobody writes that it is over."""
        ending = {"keeps_copy": True, "ends_at": self._at(2)}
        consent = {**self._consent("doctor-lapsed", DOCTOR), **ending}
        await self.world.act("home", "consents", consent)
        await self.world.enter_directory(self.parties["doctor-lapsed"], "home", "professional")
        await self._break_in("doctor-emergency-lapsed", until=2)
        mandate = self._mandate("caregiver-lapsed", "active", _EVERY_SECTION, ["read", "change"])
        await self.world.act("home", "mandates", {**mandate, "ends_at": self._at(2)})
        party_id = self.parties["caregiver-lapsed"]
        await self.world.enter_directory(party_id, "home", "caregiver")

    async def _break_in(self, name: str, *, until: float, kept: str = "") -> None:
        emergency = {
            "party_id": self.parties[name],
            "name": "MOREL",
            "profession": DOCTOR,
            "reason_code": "unconscious",
            "reason": "sans connaissance",
            "opened_at": self._at(-0.5),
            "until": self._at(until),
        }
        await self.world.act("home", "emergencies", emergency, kept)

    async def _mandates(self) -> None:
        world = self.world
        for name, status, sections, actions in (
            ("caregiver-wide", "active", _EVERY_SECTION, ["read", "add", "change"]),
            ("caregiver-narrow", "active", ["appointments", "immunizations"], ["read"]),
            ("caregiver-ended", "ended", _EVERY_SECTION, ["read", "add", "change"]),
            ("caregiver-invited", "invited", _EVERY_SECTION, ["read", "add", "change"]),
        ):
            mandate = self._mandate(name, status, sections, actions)
            kept = "mandate" if name == "caregiver-wide" else ""
            await world.act("home", "mandates", mandate, kept)
            if status == "active":
                await world.enter_directory(self.parties[name], "home", "caregiver")

    def _mandate(self, name: str, status: str, sections: list[str], actions: list[str]) -> Json:
        party = {} if status == "invited" else {"party_id": self.parties[name]}
        return {
            "name": name,
            "status": status,
            "sections": sections,
            "actions": actions,
            "invited_at": self._at(-40),
            "starts_at": self._at(-39),
            "ends_at": self._at(400),
            **party,
        }

    async def after_they_were_let_in(self) -> None:
        """Take away what they had, and let one of them write."""
        doctor = Phone(self.client, {"access_token": self.tokens["doctor-copy"]})
        await self.world.plant(doctor, "home", "theirs", "treatments", "label")
        await self._mask("withdrawn", from_whom="professionals")
        await self._delete("erased")

    async def _mask(self, target: str, name: str = "", **from_whom: str) -> None:
        record_id = self.world.records["home", target].record_id
        op = put(self.world.spaces["home"], "masks", {"record_id": record_id, **from_whom})
        (outcome,) = await self.phones["holder"].push(op)
        assert outcome["status"] == "applied", outcome
        if name:
            self.world.note("home", name, "masks", op["record_id"], op["record_id"])

    async def _delete(self, name: str) -> None:
        planted, phone = self.world.records["home", name], self.phones["holder"]
        space_id = self.world.spaces["home"]
        held = await phone.whole(space_id)
        base = held.records[planted.record_id]["seq"]
        (outcome,) = await phone.push(delete(space_id, planted.collection, planted.record_id, base))
        assert outcome["status"] == "applied", outcome

    async def _sign_profile(self, space: str, phone: Phone) -> None:
        space_id, word = self.world.spaces[space], a_word()
        held = await phone.whole(space_id)
        record_id = next(iter(held.bodies("profile")))
        base = held.records[record_id]["seq"]
        op = put(space_id, "profile", {"address_text": word}, record_id=record_id, base=base)
        (outcome,) = await phone.push(op)
        assert outcome["status"] == "applied", outcome
        self.world.note(space, "profile", "profile", record_id, word)

    def _at(self, hours: float) -> str:
        return (self.world.office.clock() + timedelta(hours=hours)).isoformat()

    def _consent(self, name: str, profession: str) -> Json:
        return {
            "party_id": self.parties[name],
            "name": "MOREL",
            "profession": profession,
            "status": "given",
            "asked_at": self._at(-30),
            "given_at": self._at(-24),
        }
