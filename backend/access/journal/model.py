"""What one line of the journal says.

Source: Code de la santé publique, R1111-43 and L1111-19; IHE ATNA; FHIR AuditEvent.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

import msgspec

from backend.kernel.ids import DeviceId, PartyId

VERSION = 1
OBJECTS_MAX = 500
NAME_CHARACTERS_MAX = 200
PURPOSE_CHARACTERS_MAX = 2_000


class ActorKind(Enum):
    """As what somebody acts."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    CAREGIVER = "caregiver"
    PROFESSIONAL = "professional"
    ASSISTANT = "assistant"  # Acts for a professional, under their own name.
    APP = "app"
    AGENT = "agent"  # Teaches the app; sees no health data.
    OPERATOR = "operator"
    SYSTEM = "system"


class Action(Enum):
    """What was done."""

    OPEN = "open"
    READ = "read"
    READ_CONTENT = "read-content"
    LIST = "list"
    SEARCH = "search"
    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    DEPOSIT = "deposit"
    REPLACE = "replace"
    WITHDRAW = "withdraw"
    MESSAGE = "message"
    RELEASED = "released"
    LEFT_DEVICE = "left-device"
    MASK = "mask"
    UNMASK = "unmask"
    BLOCK = "block"
    UNBLOCK = "unblock"
    CONSENT_ASKED = "consent-asked"
    CONSENT_GIVEN = "consent-given"
    CONSENT_REFUSED = "consent-refused"
    CONSENT_ENDED = "consent-ended"
    CARE_TEAM_CHANGED = "care-team-changed"
    MANDATE_INVITED = "mandate-invited"
    MANDATE_ACCEPTED = "mandate-accepted"
    MANDATE_REFUSED = "mandate-refused"
    MANDATE_CHANGED = "mandate-changed"
    MANDATE_RENEWED = "mandate-renewed"
    MANDATE_ENDED = "mandate-ended"
    REPRESENTATION_ENDED = "representation-ended"
    HANDED_OVER = "handed-over"
    EMERGENCY_OPENED = "emergency-opened"
    EMERGENCY_REFUSED = "emergency-refused"
    EMERGENCY_ENDED = "emergency-ended"
    SETTINGS_CHANGED = "settings-changed"
    EXPORT = "export"
    JOURNAL_READ = "journal-read"
    JOURNAL_ANSWERED = "journal-answered"
    ACTIVATION = "activation"
    LETTER_ISSUED = "letter-issued"
    RESET_STARTED = "reset-started"
    IMPORTED = "imported"
    AGENDA_SHARED = "agenda-shared"
    AGENDA_READ = "agenda-read"
    AGENDA_ENDED = "agenda-ended"
    RESTORED = "restored"
    REMINDED_PUSH = "reminded-push"
    REMINDED_EMAIL = "reminded-email"
    REMINDED_SMS = "reminded-sms"
    REMINDED_LETTER = "reminded-letter"


class Result(Enum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"


class Actor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who acts, as the patient should know them.

    `profession` is a code of the professions of the rights matrix.
    """

    kind: ActorKind
    party_id: PartyId | None = None
    name: str | None = None
    profession: str | None = None
    organization: str | None = None
    device_id: DeviceId | None = None


class Object(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record that something was done to; of a mask on a section, which one."""

    collection: str
    record_id: UUID
    section: str | None = None


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did, as a use case reports it. It becomes an entry of the journal.

    `on_behalf_of` is who they did it for: a caregiver for the patient, an
    assistant for a professional. `whom` is to whom they did it: who is blocked, let in
    or invited. `purpose` is in the words of whoever acted.
    Names and purposes beyond their maximum are cut off: a line that is too long
    is no reason to refuse care.
    """

    at: datetime
    actor: Actor
    action: Action
    objects: Sequence[Object] = ()
    on_behalf_of: Actor | None = None
    whom: Actor | None = None
    purpose: str | None = None
    emergency: bool = False
    result: Result = Result.DONE


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the journal: a trace, in its place in the chain of its space.

    What is absent is not written at all: a line of before a field was there is the
    same to the byte, and so is its commitment.
    """

    v: int
    space_id: UUID
    seq: int
    at: datetime
    actor: Actor
    action: Action
    objects: tuple[Object, ...] = ()
    on_behalf_of: Actor | None = None
    whom: Actor | None = None
    purpose: str | None = None
    emergency: bool = False
    result: Result = Result.DONE


class Receipt(NamedTuple):
    """Proof for whoever keeps it: the chain of the space after an entry.

    `is_told` is False where all that was to be written waits for an announcement.
    """

    seq: int
    chain: bytes
    is_told: bool = True


class Row(NamedTuple):
    """An entry as stored: erased ones keep commitment and chain."""

    seq: int
    sealed: bytes | None
    commitment: bytes
    chain: bytes


class ChainHead(NamedTuple):
    """Where the chain of a space stands, and since when the tree waits for it."""

    seq: int
    chain: bytes
    waiting_since: datetime | None
