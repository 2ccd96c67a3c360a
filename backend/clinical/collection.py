"""How this room takes part in sync."""

from backend.access.orders import drafted
from backend.access.rules.sensitivity import TOPIC
from backend.access.sections import Clues, in_coded, watched
from backend.clinical.model import (
    Allergy,
    Condition,
    Contact,
    HistoryItem,
    Measure,
    Note,
    Profile,
    Treatment,
)
from backend.clinical.rules.items import (
    check_allergy,
    check_condition,
    check_contact,
    check_history_item,
    check_note,
    check_treatment,
)
from backend.clinical.rules.measures import check_measure
from backend.clinical.rules.profile import check_profile
from backend.kernel.collection import collection
from sync.ports import Collection, Policy


def _of_allergy(body: Allergy) -> Clues:
    codes, texts = _of_coded(body)
    return codes, (*texts, *(reaction.label for reaction in body.reactions))


def _of_measure(body: Measure) -> Clues:
    # A measure is the most frequent of records, and hardly ever says more than its code.
    codes, texts = _of_coded(body)
    if body.value_text is None:
        return codes, texts
    return codes, (*texts, body.value_text)


def _of_history(body: HistoryItem) -> Clues:
    codes, texts = _of_coded(body)
    if body.topic is not None:
        codes = (*codes, (TOPIC, body.topic))
    return codes, (*texts, body.facility)


def _of_contact(body: Contact) -> Clues:
    return (), (body.name, body.comment)


def _of_note(body: Note) -> Clues:
    return (), (body.title, body.text)


_of_coded = in_coded()

COLLECTIONS: tuple[Collection, ...] = (
    # Not watched: everybody who opens a record needs to know whose it is.
    collection("profile", Profile, check=check_profile),
    watched(drafted(collection("allergies", Allergy, check=check_allergy)), Allergy, _of_allergy),
    watched(
        drafted(collection("conditions", Condition, check=check_condition)), Condition, _of_coded
    ),
    watched(
        drafted(collection("treatments", Treatment, check=check_treatment)),
        Treatment,
        in_coded("reason", "dose_text", "prescriber"),
    ),
    watched(
        drafted(collection("measures", Measure, check=check_measure, policy=Policy.APPEND)),
        Measure,
        _of_measure,
    ),
    watched(
        drafted(collection("history", HistoryItem, check=check_history_item)),
        HistoryItem,
        _of_history,
    ),
    watched(collection("contacts", Contact, check=check_contact), Contact, _of_contact),
    watched(collection("notes", Note, check=check_note), Note, _of_note),
)
