"""What makes the items of a structured record sound, measures apart."""

from backend.clinical.errors import RelationMissing, TopicMissing
from backend.clinical.model import Allergy, Condition, Contact, HistoryItem, Note, Treatment
from backend.clinical.reference import RELATIONS
from backend.kernel.errors import InvalidInput
from backend.kernel.values import check_code, check_coded, check_email, check_period, check_phone


def check_allergy(body: Allergy) -> None:
    """Refuse an allergy that ends before it starts, or a code without its system.

    Raises:
        InvalidInput: See `check_coded` and `check_period`.
    """
    check_coded(body)
    for place, reaction in enumerate(body.reactions):
        check_code(reaction.code, reaction.code_system, pointer=f"/reactions/{place}/code_system")
    check_period(body.onset_on, body.resolved_on, pointers=("/onset_on", "/resolved_on"))


def check_condition(body: Condition) -> None:
    """Refuse a condition that abates before its onset, or a code without its system.

    Raises:
        InvalidInput: See `check_coded` and `check_period`.
    """
    check_coded(body)
    check_period(body.onset_on, body.abated_on, pointers=("/onset_on", "/abated_on"))


def check_treatment(body: Treatment) -> None:
    """Refuse a treatment that ends before it starts, or a code without its system.

    Raises:
        InvalidInput: See `check_coded` and `check_period`.
    """
    check_coded(body)
    check_period(body.started_on, body.ended_on, pointers=("/started_on", "/ended_on"))


def check_history_item(body: HistoryItem) -> None:
    """Refuse an item of history that does not say what its kind asks for.

    Raises:
        RelationMissing: Family history names no relation.
        TopicMissing: A habit names no topic.
        InvalidInput: Another kind names one of the two, or a relation is not kin.
    """
    check_coded(body)
    check_period(body.started_on, body.ended_on, pointers=("/started_on", "/ended_on"))
    if body.kind == "family":
        if body.relation is None:
            raise RelationMissing("Family history says whose.", pointer="/relation")
        if body.relation not in RELATIONS or not RELATIONS[body.relation].is_family:
            raise InvalidInput("This is no relation in a family.", pointer="/relation")
    elif body.relation is not None:
        raise InvalidInput("Only family history has a relation.", pointer="/relation")
    if body.kind == "lifestyle":
        if body.topic is None:
            raise TopicMissing("A habit says which.", pointer="/topic")
    elif body.topic is not None:
        raise InvalidInput("Only a habit has a topic.", pointer="/topic")


def check_contact(body: Contact) -> None:
    """Refuse a contact who cannot be reached as written.

    Raises:
        ImplausiblePhone: The telephone number cannot be one.
        ImplausibleEmail: The e-mail address cannot be one.
        InvalidInput: The relation is not in the list.
    """
    if body.relation is not None and body.relation not in RELATIONS:
        raise InvalidInput("The relation is a code of JDV_J11.", pointer="/relation")
    check_phone(body.phone, pointer="/phone")
    check_email(body.email, pointer="/email")


def check_note(body: Note) -> None:
    """Take any note: its annotations say it all."""
