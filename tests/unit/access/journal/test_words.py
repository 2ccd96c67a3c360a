"""The words of the journal: plain, whole, and right in both languages."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access.journal.model import (
    VERSION,
    Action,
    Actor,
    ActorKind,
    Entry,
    Object,
    Result,
)
from backend.access.journal.service import encode
from backend.access.journal.words import (
    LANGUAGES,
    VISIT_PAUSE,
    Reader,
    catalogue,
    sentence,
    text_of,
    visits,
)
from backend.record import ALL

AT = datetime(2026, 3, 3, 13, 10, tzinfo=UTC)
READER = Reader(party_id=UUID(int=1), zone=ZoneInfo("Europe/Paris"), now=AT + timedelta(days=9))
HOLDER = Actor(kind=ActorKind.PATIENT, party_id=UUID(int=1), device_id=UUID(int=2))
DOCTOR = Actor(
    kind=ActorKind.PROFESSIONAL,
    party_id=UUID(int=3),
    name="Anne Martin",
    profession="10",
    organization="Hôpital Nord",
)


def objects(*collections: str) -> tuple[Object, ...]:
    """Make one record of each."""
    return tuple(Object(collection=name, record_id=uuid4()) for name in collections)


def entry(actor: Actor = DOCTOR, action: Action = Action.OPEN, **given: object) -> Entry:
    """Make a line."""
    values = {"at": AT, "seq": 1, "objects": objects("documents", "documents"), **given}
    return Entry(v=VERSION, space_id=UUID(int=9), actor=actor, action=action, **values)  # type: ignore[arg-type]


def test_a_line_reads_as_the_person_would_say_it() -> None:
    """Who, as what, from where, when and what, in words for everybody."""
    said = text_of(entry(), READER)

    assert said.fr == (
        "Le 3 mars à 14 h 10, le docteur Anne Martin (médecin, Hôpital Nord) a ouvert 2 documents."
    )
    assert said.en == (
        "On 3 March at 14:10, Dr Anne Martin (doctor, Hôpital Nord) opened 2 documents."
    )


LINES = [
    (
        entry(HOLDER, objects=()),
        "Le 3 mars à 14 h 10, vous avez ouvert le carnet.",
        "On 3 March at 14:10, you opened the record.",
    ),
    (
        entry(HOLDER, Action.MASK, objects=objects("documents")),
        "Le 3 mars à 14 h 10, vous avez masqué un document.",
        "On 3 March at 14:10, you masked a document.",
    ),
    (
        entry(
            Actor(kind=ActorKind.ASSISTANT, name="Jo Petit"), Action.DEPOSIT, on_behalf_of=DOCTOR
        ),
        "Le 3 mars à 14 h 10, Jo Petit (assistant), pour le docteur Anne Martin (médecin, "
        "Hôpital Nord), a déposé 2 documents.",
        "On 3 March at 14:10, Jo Petit (assistant), for Dr Anne Martin (doctor, Hôpital Nord), "
        "deposited 2 documents.",
    ),
    (
        entry(
            Actor(kind=ActorKind.CAREGIVER, name="Claire Roux"),
            Action.ADD,
            objects=objects("appointments"),
            on_behalf_of=HOLDER,
        ),
        "Le 3 mars à 14 h 10, Claire Roux (aidant), pour vous, a ajouté un rendez-vous.",
        "On 3 March at 14:10, Claire Roux (caregiver), for you, added an appointment.",
    ),
    (
        entry(emergency=True, purpose="Malaise, personne inconsciente."),
        "Le 3 mars à 14 h 10, le docteur Anne Martin (médecin, Hôpital Nord) a ouvert 2 documents "
        "en urgence. Motif : Malaise, personne inconsciente.",
        "On 3 March at 14:10, Dr Anne Martin (doctor, Hôpital Nord) opened 2 documents in an "
        "emergency. Reason: Malaise, personne inconsciente.",
    ),
    (
        entry(result=Result.REFUSED),
        "Le 3 mars à 14 h 10, le docteur Anne Martin (médecin, Hôpital Nord) a voulu ouvrir "
        "2 documents. Cela a été refusé.",
        "On 3 March at 14:10, Dr Anne Martin (doctor, Hôpital Nord) tried to open 2 documents. "
        "This was refused.",
    ),
    (
        entry(
            Actor(kind=ActorKind.PROFESSIONAL, name="Lou Blanc", profession="50"),
            at=datetime(2025, 12, 31, 23, 5, tzinfo=UTC),
        ),
        "Le 1er janvier à 0 h 05, la sage-femme Lou Blanc a ouvert 2 documents.",
        "On 1 January at 0:05, midwife Lou Blanc opened 2 documents.",
    ),
    (
        entry(
            Actor(kind=ActorKind.PROFESSIONAL, profession="70"),
            at=datetime(2024, 7, 1, 10, 0, tzinfo=UTC),
            objects=objects("measures", "allergies", "documents", "documents"),
        ),
        "Le 1er juillet 2024 à 12 h 00, un professionnel de santé (masseur-kinésithérapeute) "
        "a ouvert une mesure, une allergie et 2 documents.",
        "On 1 July 2024 at 12:00, a health professional (physiotherapist) opened a measure, "
        "an allergy and 2 documents.",
    ),
    (
        entry(
            Actor(kind=ActorKind.SYSTEM),
            Action.LIST,
            objects=objects("measures", "allergies", "documents", "notes", "new"),
        ),
        "Le 3 mars à 14 h 10, le service a affiché une liste : 5 éléments.",
        "On 3 March at 14:10, the service listed 5 items.",
    ),
]


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_each_kind_of_line_has_its_words(line: tuple[Entry, str, str]) -> None:
    """Oneself, on behalf of, emergency, refused, another year, unknown kinds."""
    one, french, english = line

    said = text_of(one, READER)

    assert (said.fr, said.en) == (french, english)


CAMILLE = Actor(kind=ActorKind.CAREGIVER, party_id=UUID(int=4), name="Camille")
ASSISTANT = Actor(kind=ActorKind.ASSISTANT, party_id=UUID(int=5), name="Jo Petit")
TOLD_WHOM = [
    (
        entry(HOLDER, Action.CONSENT_GIVEN, whom=DOCTOR),
        "vous avez donné accès au carnet au docteur Anne Martin (médecin, Hôpital Nord).",
        "you gave access to the record to Dr Anne Martin (doctor, Hôpital Nord).",
    ),
    (
        entry(DOCTOR, Action.CONSENT_GIVEN, whom=DOCTOR),
        "le docteur Anne Martin (médecin, Hôpital Nord) a reçu accès au carnet : la personne "
        "l'a donné en personne, par un code.",
        "Dr Anne Martin (doctor, Hôpital Nord) received access to the record: the person gave "
        "it in person, by a code.",
    ),
    (
        entry(ASSISTANT, Action.CONSENT_ENDED, on_behalf_of=DOCTOR, whom=DOCTOR),
        "Jo Petit (assistant), pour le docteur Anne Martin (médecin, Hôpital Nord), a renoncé à "
        "l'accès au carnet.",
        "Jo Petit (assistant), for Dr Anne Martin (doctor, Hôpital Nord), gave up access to the "
        "record.",
    ),
    (
        entry(HOLDER, Action.BLOCK, whom=Actor(kind=ActorKind.PROFESSIONAL, name="Lou Blanc")),
        "vous avez bloqué Lou Blanc (professionnel de santé).",
        "you blocked Lou Blanc (health professional).",
    ),
    (
        entry(HOLDER, Action.MANDATE_INVITED, whom=CAMILLE),
        "vous avez invité Camille (aidant) à devenir aidant.",
        "you invited Camille (caregiver) to become a caregiver.",
    ),
    (
        entry(CAMILLE, Action.MANDATE_ENDED, whom=CAMILLE),
        "Camille (aidant) a cessé d'être aidant.",
        "Camille (caregiver) stopped being a caregiver.",
    ),
    (
        entry(HOLDER, Action.BLOCK),
        "vous avez bloqué un professionnel.",
        "you blocked a professional.",
    ),
]


@pytest.mark.parametrize("line", TOLD_WHOM, ids=range(len(TOLD_WHOM)))
def test_a_line_says_to_whom_it_was_done(line: tuple[Entry, str, str]) -> None:
    """By name where the line has one, to themselves too; as before where it has none."""
    one, french, english = line

    said = text_of(one, READER)

    assert said.fr.partition("h 10, ")[2] == french
    assert said.en.partition(":10, ")[2] == english


def test_a_field_that_says_nothing_is_not_written() -> None:
    """What a line of before was committed to is what it is written as today."""
    assert b"whom" not in encode(entry(HOLDER, Action.BLOCK))


def test_every_action_of_every_actor_has_words() -> None:
    """No placeholder is left, nothing is doubled, French is not English, sentences end."""
    named = {kind: Actor(kind=kind, name="Ada", organization="Lieu") for kind in ActorKind}
    bare = {kind: Actor(kind=kind) for kind in ActorKind}
    given = [(), objects("documents"), objects("documents", "notes")]

    count = 0
    for action, kind, what, result, actors, whom in product(
        Action, ActorKind, given, Result, (named, bare), (None, DOCTOR, CAMILLE)
    ):
        one = entry(
            actors[kind],
            action,
            objects=what,
            result=result,
            emergency=result is Result.DONE,
            on_behalf_of=named[ActorKind.PATIENT],
            whom=whom,
        )
        words = {language: sentence(one, READER, language) for language in LANGUAGES}
        for text in words.values():
            assert not re.search(r"[{}]|None|  | ,|\.\.| \.", text), text
            assert text[0].isupper()
            assert text.endswith(".")
        assert words["fr"] != words["en"]
        assert not re.search(r"\b(à le|de le|de les|à les|que il)\b", words["fr"])
        count += 1
    assert count == len(Action) * len(ActorKind) * 3 * 2 * 2 * 3


def test_every_collection_has_its_words() -> None:
    """What a record can be is what the journal can name."""
    assert set(ALL) <= set(catalogue().objects)
    assert set(catalogue().actions) == {action.value for action in Action}
    assert set(catalogue().kinds) == {kind.value for kind in ActorKind}


def at(minutes: float, actor: Actor = DOCTOR, seq: int = 1) -> Entry:
    """Make a line so many minutes after the first."""
    return entry(actor, at=AT + timedelta(minutes=minutes), seq=seq)


def test_lines_of_one_actor_within_half_an_hour_are_a_visit() -> None:
    """A pause, or somebody else in between, begins another one."""
    lines = [
        at(0, seq=1),
        at(30, seq=2),
        at(60, seq=3),
        at(91, seq=4),
        at(92, HOLDER, seq=5),
        at(93, seq=6),
    ]

    found = visits(lines)

    assert [(v.from_seq, v.to_seq, v.lines) for v in found] == [
        (1, 3, 3),
        (4, 4, 1),
        (5, 5, 1),
        (6, 6, 1),
    ]
    assert (found[0].from_at, found[0].to_at) == (AT, AT + timedelta(hours=1))


@given(
    steps=st.lists(st.tuples(st.integers(-60, 90), st.sampled_from([DOCTOR, HOLDER])), max_size=30)
)
def test_every_line_is_in_one_visit(steps: list[tuple[int, Actor]]) -> None:
    """Visits follow each other without gap or overlap, each of one actor."""
    lines, minute = [], 0
    for seq, (step, actor) in enumerate(steps, start=1):
        minute += step
        lines.append(at(minute, actor, seq))

    found = visits(lines)

    assert sum(visit.lines for visit in found) == len(lines)
    expected = 1
    for visit in found:
        assert visit.from_seq == expected
        expected = visit.to_seq + 1
        inside = lines[visit.from_seq - 1 : visit.to_seq]
        assert {msgspec.json.encode(one.actor) for one in inside} == {
            msgspec.json.encode(visit.actor)
        }
        for one, two in pairwise(inside):
            assert two.at - max(i.at for i in inside[: inside.index(one) + 1]) <= VISIT_PAUSE
