"""Who lives in the world of the matrix, and how they sign in."""

from uuid import UUID, uuid4

from backend.identity.challenges.model import Assurance
from backend.identity.professionals.model import Act
from sync.core.audience import Viewer
from tests.authorization.cast import DOCTOR, PHYSIOTHERAPIST, Actor
from tests.authorization.world import (
    UNKNOWN,
    World,
    a_word,
    identity_of_child,
    identity_of_home,
    identity_of_stranger,
)
from tests.integration.workshops.hall import Hall
from tests.journeys import Counter, Json, Phone, patient

HOME_BIRTH_DATE = "1979-03-28"
# Who was let into a space once, and may be told that this has ended.
_ONCE = {"caregiver-lapsed": "home", "caregiver-ended": "home", "former-parent": "child"}


class Town:
    """Everybody, with their phones and tokens."""

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

        strange = await counter.open_space(identity_of_stranger(world.given["strange_number"]))
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
            ("caregiver-lapsed", {}),
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
            ("doctor-administrator", "administrator"),
            ("doctor-section", "consent-section"),
            ("doctor-emergency", "emergency"),
            ("doctor-asked", ""),
            ("doctor-blocked", ""),
            ("doctor-ended", ""),
            ("doctor-lapsed", ""),
            ("doctor-emergency-lapsed", ""),
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
            if name == "assistant-ended":
                await cast.end_assistantship(doctor, named)
                self._is_over(name, audience="assistant")

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
        """Let in the operator, agents, and those who have nothing."""
        world = self.world
        hall = Hall(self.counter.client, self.counter)
        for name, organization in (("agent", "CAHORS"), ("agent-elsewhere", "FIGEAC")):
            token = (await hall.agent(name, organization)).token
            world.add_actor(Actor(name=name, audience="agent", token=token))
        gone = await world.cast.agent_again(token)
        await world.cast.agent_signs_out(gone)
        over = Actor(name="agent-signed-out", audience="agent", voice="chance", token=gone)
        world.add_actor(over)
        odd = (await world.cast.again(self.tokens["guardian"])).access_token
        await world.cast.give_audience(odd, "unheard-of")
        world.add_actor(Actor(name="odd-audience", audience="unheard-of", token=odd))
        token = self.counter.headers["Authorization"].removeprefix("Bearer ")
        world.add_actor(Actor(name="operator", audience="operator", token=token))
        world.add_actor(Actor(name="anonymous", voice="silent"))
        world.add_actor(Actor(name="chance", voice="chance", token=a_word()))

    def keep_secrets(self) -> None:
        """Say who may be told of a space, and of a device."""
        world = self.world
        actors = world.actors.values()
        for space, space_id in world.spaces.items():
            told = {one.name for one in actors if space in one.relations}
            told |= {name for name, once in _ONCE.items() if once == space} | {"operator"}
            if space != UNKNOWN:
                world.secrets[space_id] = ("space", frozenset(told))
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
        self.world.given[f"party {name}"] = str(caller.party_id)
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
