"""Every act of rights, in any order, and every device holds what the rules say anew.

After each step each device pulls to the end: what it then holds is exactly what
`decide` allows by the acts that stand, with the count and digest of that, and
nothing else was ever sent. What the clock does counts as a step.
"""

from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.access.model import Section
from backend.record import ALL
from sync.edit import Entry
from tests.property.homes import at_once
from tests.property.rights_worlds import (
    CAREGIVERS,
    EVERYBODY,
    PROFESSION,
    Device,
    RightsWorld,
    document,
    party,
)
from tests.property.worlds import named

professionals = st.sampled_from(sorted(PROFESSION))
caregivers = st.sampled_from(CAREGIVERS)
people = st.sampled_from(EVERYBODY)
which = st.integers(0, 8)
ends = st.none() | st.sampled_from([1, 2, 5])
starts = st.sampled_from([-1, 0, 2])
SENSITIVE = [section.value for section in Section]
sections = st.lists(
    st.sampled_from(["documents", "conditions", "notes", "11502-2", *SENSITIVE]),
    max_size=4,
    unique=True,
)
CODES = ["N", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]


class RightsMachine(RuleBasedStateMachine):
    """One space, six people, and everything that a holder can decide."""

    def __init__(self) -> None:
        super().__init__()
        self.world = at_once(RightsWorld.make())
        self.made: list[UUID] = []
        self.acts: list[tuple[str, UUID, dict[str, Any]]] = []
        self.numbers = 0
        # These have no network most of the time.
        self.late = {who: Device(self.world, who, 1) for who in EVERYBODY}

    def _new(self) -> UUID:
        self.numbers += 1
        return named("record", self.numbers)

    def _act(self, collection: str, fields: dict[str, Any]) -> None:
        act_id = self._new()
        self.acts.append((collection, act_id, fields))
        at_once(self.world.act(collection, act_id, fields))

    def _of_professional(self, who: str) -> dict[str, Any]:
        return {"party_id": party(who), "name": who, "profession": PROFESSION[who]}

    def _end(self, hours: int | None) -> Any:
        return None if hours is None else self.world.after(hours)

    @initialize(who=professionals, count=st.integers(1, 4))
    def begin(self, who: str, count: int) -> None:
        """Let there be documents, and a professional with a copy."""
        for _ in range(count):
            self.add_document("holder", None, ["N"], None)
        self.consent(who, [], True, False, None)

    @rule(
        by=people,
        of=st.none() | which,
        codes=st.lists(st.sampled_from(CODES), max_size=2),
        until=ends,
    )
    def add_document(self, by: str, of: int | None, codes: list[str], until: int | None) -> None:
        """A document comes in, perhaps as one more version of another."""
        is_pending = "INVISIBLE_PATIENT" in codes
        announced = self._end(until) if is_pending else None
        fields = document(
            codes=tuple(dict.fromkeys(codes)) or ("N",),
            announced_at=announced,
            version=self.numbers,
        )
        self._enter("documents", by, fields, self._family(of))

    @rule(
        by=people, of=st.none() | which, sensitive=st.lists(st.sampled_from(SENSITIVE), max_size=2)
    )
    def add_condition(self, by: str, of: int | None, sensitive: list[str]) -> None:
        """Something is told, perhaps read in a document."""
        fields = {"label": "Otite", "sensitive": sorted(set(sensitive))}
        self._enter("conditions", by, fields, self._family(of))

    @rule()
    def add_note(self) -> None:
        """A person writes for nobody else."""
        self._enter("notes", "holder", {"title": "À demander"}, None)

    def _family(self, of: int | None) -> UUID | None:
        papers = [i for i in self.made if self.world.records()[i].collection == "documents"]
        if of is None or not papers:
            return None
        return self.world.records()[papers[of % len(papers)]].family

    def _enter(self, collection: str, by: str, fields: Any, family: UUID | None) -> None:
        record_id = self._new()
        self.made.append(record_id)
        at_once(
            self.world.write(
                Entry(
                    record_id=record_id,
                    collection=ALL[collection],
                    author_id=party(by),
                    fields=fields,
                    family_id=family,
                )
            )
        )

    @rule(what=which, sensitive=st.lists(st.sampled_from(SENSITIVE), max_size=2))
    def change(self, what: int, sensitive: list[str]) -> None:
        """A condition is tagged anew."""
        found = [i for i in self.made if self.world.records()[i].collection == "conditions"]
        standing = [i for i in found if not self.world.records()[i].deleted]
        if standing:
            at_once(
                self.world.write(
                    Entry(
                        record_id=standing[what % len(standing)],
                        collection=ALL["conditions"],
                        author_id=party("holder"),
                        fields={"label": "Otite", "sensitive": sorted(set(sensitive))},
                    )
                )
            )

    @rule(what=which)
    def delete(self, what: int) -> None:
        """An entry is deleted."""
        standing = [i for i in self.made if not self.world.records()[i].deleted]
        if standing:
            at_once(self.world.erase(standing[what % len(standing)]))

    @rule(
        who=professionals,
        parts=sections,
        keeps=st.sampled_from([True, True, False]),
        extends=st.booleans(),
        until=ends,
    )
    def consent(
        self, who: str, parts: list[str], keeps: bool, extends: bool, until: int | None
    ) -> None:
        """The person says yes."""
        self._act(
            "consents",
            {
                **self._of_professional(who),
                "status": "given",
                "sections": parts,
                "keeps_copy": keeps,
                "extends_to_team": extends,
                "asked_at": self.world.now,
                "given_at": self.world.now,
                "ends_at": self._end(until),
            },
        )

    @rule(who=professionals, role=st.sampled_from(["attending", "member"]), at=starts, until=ends)
    def join_team(self, who: str, role: str, at: int, until: int | None) -> None:
        """Somebody is in the care team, from a time to a time."""
        times = {"starts_at": self.world.after(at), "ends_at": self._end(until)}
        self._act("care_team", {**self._of_professional(who), "role": role, **times})

    @rule(who=professionals)
    def block(self, who: str) -> None:
        """Somebody is shut out."""
        self._act("blocks", {**self._of_professional(who), "blocked_at": self.world.now})

    @rule(who=professionals, hours=st.sampled_from([1, 4]))
    def declare_emergency(self, who: str, hours: int) -> None:
        """Somebody reads without consent, for a while."""
        self._act(
            "emergencies",
            {
                **self._of_professional(who),
                "reason_code": "BTG",
                "reason": "inconscient",
                "opened_at": self.world.now,
                "until": self.world.after(hours),
            },
        )

    @rule(reads_masked=st.booleans())
    def set_switches(self, reads_masked: bool) -> None:
        """The person decides for emergencies to come."""
        act_id = named("settings")
        fields = {"emergency_masked": reads_masked}
        at_once(self.world.act("settings", act_id, fields))

    @rule(who=caregivers, parts=sections, at=starts, hours=st.sampled_from([1, 3, 9]))
    def mandate(self, who: str, parts: list[str], at: int, hours: int) -> None:
        """A caregiver is entrusted with something."""
        self._act(
            "mandates",
            {
                "party_id": party(who),
                "name": who,
                "status": "active",
                "sections": parts,
                "actions": ["read"],
                "invited_at": self.world.now,
                "starts_at": self.world.after(at),
                "ends_at": self.world.after(hours),
            },
        )

    @rule(what=which)
    def end_act(self, what: int) -> None:
        """The person takes an act back, or ends it."""
        standing = [one for one in self.acts if not self.world.records()[one[1]].deleted]
        if not standing:
            return
        collection, act_id, fields = standing[what % len(standing)]
        if "status" in fields:
            ended = {**fields, "status": "ended", "ended_at": self.world.now}
            at_once(self.world.act(collection, act_id, ended))
        else:
            at_once(self.world.erase(act_id))

    @rule(what=which, whom=st.sampled_from(["all", "10", "60", *EVERYBODY]))
    def mask_entry(self, what: int, whom: str) -> None:
        """The holder masks an entry, by an op of the phone."""
        if self.made:
            record_id = self.made[what % len(self.made)]
            self._mask({"record_id": record_id}, whom)

    @rule(
        section=st.sampled_from(["documents", "conditions", *SENSITIVE]),
        whom=st.sampled_from(["all", "10", "60", *EVERYBODY]),
    )
    def mask_section(self, section: str, whom: str) -> None:
        """The holder masks a section, by an op of the phone."""
        self._mask({"section": section}, whom)

    def _mask(self, on: dict[str, Any], whom: str) -> None:
        scope: dict[str, Any] = {"from_whom": "person", "party_id": None}
        if whom == "all":
            scope = {"from_whom": "professionals"}
        elif whom in ("10", "60"):
            scope = {"from_whom": "profession", "profession": whom}
        else:
            scope["party_id"] = party(whom)
        act_id, phone = self._new(), self.world.devices["holder"]
        sees = on.get("record_id") is None or on["record_id"] in phone.held
        outcome = at_once(phone.push("masks", act_id, {**on, **scope}))
        assert (outcome["status"] == "applied") is sees, outcome

    @rule(what=which)
    def unmask(self, what: int) -> None:
        """The holder takes a mask off, by an op of the phone."""
        phone = self.world.devices["holder"]
        masks = [i for i in sorted(phone.held) if self.world.records()[i].collection == "masks"]
        if masks:
            outcome = at_once(phone.push("masks", masks[what % len(masks)], None))
            assert outcome["status"] == "applied", outcome

    @rule(hours=st.sampled_from([1, 1, 2, 5]))
    def wait(self, hours: int) -> None:
        """Time passes: grants begin and end, announcements are made."""
        self.world.home.clock.move(hours / 24)

    @rule(hours=st.sampled_from([1, 3]), who=people)
    def wait_and_push(self, hours: int, who: str) -> None:
        """The first contact after a turn is a push, of somebody who may or may not."""
        self.world.home.clock.move(hours / 24)
        may = self.world.may_look(who)
        outcome = at_once(self.world.devices[who].push("masks", self._new(), None))
        assert (outcome["code"] != "space-not-found") is may, outcome

    @rule(who=people, limit=st.sampled_from([1, 3, 500]))
    def come_back(self, who: str, limit: int) -> None:
        """A device that was away, for whatever happened meanwhile, pulls to the end."""
        at_once(self.late[who].pull(limit))

    @invariant()
    def every_device_holds_what_it_may(self) -> None:
        """Each pulls to the end, two changes at a time for one of them."""
        for place, who in enumerate(EVERYBODY):
            at_once(self.world.devices[who].pull(limit=2 if place == 2 else 500))


TestRightsMachine = RightsMachine.TestCase
TestRightsMachine.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
