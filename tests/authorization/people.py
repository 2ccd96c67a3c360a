"""Who lives in the world of the matrix, in what order they came, and what they decided."""

from datetime import timedelta
from uuid import UUID, uuid4

from backend.identity.challenges.model import Assurance
from backend.identity.professionals.model import Act
from sync.core.audience import Viewer
from tests.authorization.cast import DOCTOR, PHYSIOTHERAPIST, Actor
from tests.authorization.world import UNKNOWN, World, a_word, identity_of_child, identity_of_home
from tests.journeys import Counter, Json, Phone, delete, patient, put

HOME_BIRTH_DATE = "1979-03-28"
_EVERY_SECTION = [
    "profile", "allergies", "conditions", "treatments", "measures", "history", "immunizations",
    "appointments", "contacts", "notes", "documents",
]  # fmt: skip
_MEASURE = {"kind": "weight", "value": 70.5, "unit": "kg", "measured_at": "2026-01-02T08:00:00Z"}
_DOSE = {"status": "completed", "occurred_on": "2026-01-02"}
_VISIT = {"status": "booked", "starts_at": "2027-01-02T08:00:00Z", "time_zone": "Europe/Paris"}


async def settle_in(world: World, counter: Counter) -> None:
    """Let everybody come, and everything happen that decides who sees what."""
    town = _Town(world, counter)
    await town.families()
    await town.surgery()
    await town.before_anybody_was_let_in()
    await town.let_in()
    await town.after_they_were_let_in()
    await town.sessions_that_are_over()
    await town.those_who_run_it()
    town.keep_secrets()


class _Town:
    def __init__(self, world: World, counter: Counter) -> None:
        self.world = world
        self.counter = counter
        self.phones: dict[str, Phone] = {}
        self.parties: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.own_spaces: dict[str, str] = {}

    async def families(self) -> None:
        """Open the spaces, and enrol their people."""
        world, counter = self.world, self.counter
        home = await counter.open_space(identity_of_home())
        world.spaces["home"] = home["space_id"]
        holder = await counter.enrol(home["letters"][0], "home.holder", birth_date=HOME_BIRTH_DATE)
        await self._came("holder", holder, {"home": "holder"})
        weak = await world.cast.again(holder.tokens["access_token"], Assurance.WEAK)
        strong = await world.cast.again(holder.tokens["access_token"], Assurance.STRONG)
        await self._signed_in("holder-weak", weak.access_token, {"home": "holder"})
        await self._signed_in("holder-strong", strong.access_token, {"home": "holder"})

        strange = await counter.open_space(patient(birth_family_name="AUTRE"))
        world.spaces["strange"] = strange["space_id"]
        stranger = await counter.enrol(strange["letters"][0], "strange.holder")
        await self._came("stranger", stranger, {"strange": "holder"})

        for name, relations in (
            ("mother", {"child": "representative"}),
            ("father", {"child": "second-representative"}),
            ("former-parent", {}),
            ("guardian", {"ward": "guardian"}),
            ("caregiver-wide", {"home": "caregiver-wide"}),
            ("caregiver-narrow", {"home": "caregiver-narrow"}),
            ("caregiver-ended", {}),
            ("caregiver-invited", {}),
        ):
            phone = await counter.newcomer(f"one.{name}", patient(birth_family_name="SIEN"))
            self.own_spaces[name] = (await phone.spaces())[0]["space_id"]
            await self._came(name, phone, relations)
        await self._children()

    async def _children(self) -> None:
        world = self.world
        opened = await self._open(identity_of_child(), "one.mother", "one.former-parent")
        world.spaces["child"] = opened["space_id"]
        ward = await self._open(patient("1940-01-02", birth_family_name="ANCIEN"), "one.guardian")
        world.spaces["ward"] = ward["space_id"]
        former, father = UUID(self.parties["former-parent"]), UUID(self.parties["father"])

        def close(viewers: dict[UUID, Viewer]) -> Viewer:
            viewer = next(one for one in viewers.values() if one.party_id == former)
            viewer.is_open = False
            return viewer

        def admit(viewers: dict[UUID, Viewer]) -> Viewer:
            return Viewer(viewer_id=uuid4(), party_id=father, role="representative")

        await world.change_viewers("child", close)
        await world.change_viewers("child", admit)
        await world.enter_directory(str(father), "child", "representative")

    async def surgery(self) -> None:
        """Make professionals up, and those at the desk of one of them."""
        cast = self.world.cast
        for name, relation in (
            ("doctor-copy", "consent-copy"),
            ("doctor-online", "consent-online"),
            ("doctor-attending", "attending"),
            ("doctor-section", "consent-section"),
            ("doctor-emergency", "emergency"),
            ("doctor-asked", ""),
            ("doctor-blocked", ""),
            ("doctor-ended", ""),
            ("doctor-depositor", ""),
            ("doctor-unknown", ""),
            ("doctor-of-child", "consent-copy"),
            ("physiotherapist", "physiotherapist"),
        ):
            profession = PHYSIOTHERAPIST if name == "physiotherapist" else DOCTOR
            token = (await cast.professional(profession)).access_token
            space = "child" if name == "doctor-of-child" else "home"
            await self._signed_in(name, token, {space: relation} if relation else {})
        doctor = self.tokens["doctor-copy"]
        for name, act in (
            ("assistant-deposit", Act.DEPOSIT),
            ("assistant-agenda", Act.READ_AGENDA),
            ("assistant-ended", Act.DEPOSIT),
        ):
            named = await cast.name_assistant(doctor, act)
            token = (await cast.assistant(named)).access_token
            await self._signed_in(name, token, {}, acts=frozenset({act.value}))
            self.world.assistantships[name] = str(named.assistantship_id)
            if name == "assistant-ended":
                await cast.end_assistantship(doctor, named)
                self._is_over(name, audience="assistant")

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
        await world.plant(lea, "home", "appointment", "appointments", "title", **_VISIT)
        await world.plant(lea, "home", "contact", "contacts", "name", kind="emergency")
        await world.plant(lea, "home", "note", "notes", "title")
        await world.upload(lea, "home", "paper")
        await world.bring("home", "report")
        await world.bring("home", "report_masked", "MASQUE_PS")
        await world.bring("home", "report_pending", "INVISIBLE_PATIENT")
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
        for name, given in (
            ("doctor-copy", {"keeps_copy": True, "purpose": a_word()}),
            ("doctor-online", {}),
            ("doctor-attending", {"keeps_copy": True}),
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
        of_child = {**self._consent("doctor-of-child", DOCTOR), "keeps_copy": True}
        await world.act("child", "consents", of_child)
        who = {"name": "MOREL", "profession": DOCTOR}
        attending = {**who, "party_id": self.parties["doctor-attending"], "role": "attending"}
        await world.act("home", "care_team", {**attending, "starts_at": self._at(-9)})
        blocked = {**who, "party_id": self.parties["doctor-blocked"], "blocked_at": self._at(-1)}
        await world.act("home", "blocks", blocked)
        broken_in = {
            **who,
            "party_id": self.parties["doctor-emergency"],
            "reason_code": "unconscious",
            "reason": "sans connaissance",
            "opened_at": self._at(-1),
            "until": self._at(3),
        }
        await world.act("home", "emergencies", broken_in)
        await self._mandates()

    async def _mandates(self) -> None:
        world = self.world
        for name, status, sections, actions in (
            ("caregiver-wide", "active", _EVERY_SECTION, ["read", "add", "change"]),
            ("caregiver-narrow", "active", ["appointments", "immunizations"], ["read"]),
            ("caregiver-ended", "ended", _EVERY_SECTION, ["read", "add", "change"]),
            ("caregiver-invited", "invited", _EVERY_SECTION, ["read", "add", "change"]),
        ):
            party = {} if status == "invited" else {"party_id": self.parties[name]}
            mandate = {
                "name": name,
                "status": status,
                "sections": sections,
                "actions": actions,
                "invited_at": self._at(-40),
                "starts_at": self._at(-39),
                "ends_at": self._at(400),
                **party,
            }
            await world.act("home", "mandates", mandate)
            if status == "active":
                await world.enter_directory(self.parties[name], "home", "caregiver")

    async def after_they_were_let_in(self) -> None:
        """Take away what they had, and let one of them write."""
        doctor = Phone(self.counter.client, {"access_token": self.tokens["doctor-copy"]})
        await self.world.plant(doctor, "home", "theirs", "treatments", "label")
        await self._mask("withdrawn", from_whom="professionals")
        await self._delete("erased")

    async def sessions_that_are_over(self) -> None:
        """Sign the holder and a doctor in on devices that are then shut out, one way or another."""
        cast = self.world.cast
        own = self.tokens["holder"]
        for name in ("expired", "signed-out", "revoked"):
            signed_in = await cast.again(own)
            await self._signed_in(name, signed_in.access_token, {})
            if name == "expired":
                await cast.expire(signed_in.access_token)
            elif name == "signed-out":
                await cast.sign_out(signed_in.access_token)
            else:
                await cast.remove_device(own, signed_in.device_id)
            voice = {"expired": "chance", "signed-out": "over"}.get(name, "revoked")
            self._is_over(name, audience="patient", voice=voice)
        doctor = await cast.again(self.tokens["doctor-copy"])
        await self._signed_in("doctor-signed-out", doctor.access_token, {})
        await cast.sign_out(doctor.access_token)
        self._is_over("doctor-signed-out", audience="professional")

    async def those_who_run_it(self) -> None:
        """Let in the operator, an agent, and those who have nothing."""
        world = self.world
        agent = (await world.cast.again(self.tokens["guardian"])).access_token
        await world.cast.give_audience(agent, "agent")
        world.add_actor(Actor(name="agent", audience="agent", token=agent))
        token = self.counter.headers["Authorization"].removeprefix("Bearer ")
        world.add_actor(Actor(name="operator", audience="operator", token=token))
        world.add_actor(Actor(name="anonymous", voice="silent"))
        world.add_actor(Actor(name="chance", voice="chance", token=a_word()))

    def keep_secrets(self) -> None:
        """Say who may be told of a space, and of a device."""
        world = self.world
        actors = world.actors.values()
        for space, space_id in world.spaces.items():
            told = frozenset(one.name for one in actors if space in one.relations)
            if space != UNKNOWN:
                world.secrets[space_id] = ("space", told | {"operator"})
        for name, space_id in self.own_spaces.items():
            world.secrets[space_id] = ("space", frozenset({name, "operator"}))
        for actor in actors:
            own = frozenset(one.name for one in actors if one.party_id == actor.party_id)
            if actor.device_id:
                world.secrets[actor.device_id] = ("device", own)

    async def _open(self, person: Json, *logins: str) -> Json:
        body = {"patient": person, "representatives": [{"login": login} for login in logins]}
        answer = await self.counter.client.post(
            "/v1/operator/spaces", json=body, headers=self.counter.headers
        )
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    async def _came(self, name: str, phone: Phone, relations: dict[str, str]) -> None:
        self.phones[name] = phone
        await self._signed_in(name, phone.tokens["access_token"], relations)

    async def _signed_in(
        self,
        name: str,
        token: str,
        relations: dict[str, str],
        *,
        acts: frozenset[str] = frozenset(),
    ) -> None:
        caller = await self.world.cast.caller(token)
        self.tokens[name] = token
        self.parties[name] = str(caller.party_id)
        every = frozenset(one.value for one in Act) if caller.audience == "professional" else acts
        self.world.add_actor(
            Actor(
                name=name,
                audience=caller.audience,
                token=token,
                party_id=str(caller.party_id),
                device_id=str(caller.device_id),
                acts=every,
                relations=relations,
            )
        )

    def _is_over(self, name: str, *, audience: str, voice: str = "over") -> None:
        actor = self.world.actors.pop(name)
        self.world.add_actor(Actor(name=name, audience=audience, voice=voice, token=actor.token))

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
