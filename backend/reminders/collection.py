"""How this room takes part in sync."""

import msgspec

from backend.access.model import SENSITIVE, Confidentiality
from backend.access.orders import LASTING
from backend.access.rules.visibility import REMINDER_RULES, REMINDERS
from backend.access.sections import Clues, watched
from backend.kernel.collection import collection
from backend.reminders.model import Reminder, ReminderRule
from backend.reminders.rules import check_answer, check_reminder, check_reminder_rule
from sync.ports import Collection

# What a reminder takes over from the record that it is about, and keeps.
COPIED = LASTING
for _flag in SENSITIVE.values():
    COPIED |= _flag

# In which section of the record a reminder belongs: whoever sees that, is reminded.
SECTIONS = {
    "appointment": "appointments",
    "vaccine": "immunizations",
    "screening": "screenings",
    "examination": "screenings",
    "check": "screenings",
    "own": "appointments",
}


def _of_reminder(body: Reminder) -> Clues:
    return (), (body.title.fr, body.title.en, body.why.fr, body.why.en)


def _of_rule(body: ReminderRule) -> Clues:
    return (), (body.title, body.comment)


def _section_of(body: Reminder) -> str:
    return SECTIONS[body.kind]


def _section_of_rule(_: ReminderRule) -> str:
    return SECTIONS["own"]


_reminders = watched(
    collection(REMINDERS, Reminder, check=check_reminder, category=_section_of),
    Reminder,
    _of_reminder,
)


def _check_answer(before: msgspec.Struct, after: msgspec.Struct) -> None:
    assert isinstance(before, Reminder)
    assert isinstance(after, Reminder)
    check_answer(before, after)


COLLECTIONS: tuple[Collection, ...] = (
    msgspec.structs.replace(
        _reminders,
        check_change=_check_answer,
        # Else whoever helps could say that the phone of the person rings, and silence all else.
        devices="taken_by",
        lasting_flags=(COPIED & ~Confidentiality.DRAFT).value,
    ),
    watched(
        collection(
            REMINDER_RULES,
            ReminderRule,
            check=check_reminder_rule,
            category=_section_of_rule,
        ),
        ReminderRule,
        _of_rule,
    ),
)
"""What people are reminded of."""
