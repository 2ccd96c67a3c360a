"""What whoever was let in to help knows of the person, whatever their mandate shows.

Without a birth date nothing could be advised to anybody, and a calendar asks for
the sex. A daughter knows both of her mother; of the same profile the address and
the place of birth are told to nobody by this.

Source: docs/decisions/0038-reminders-of-a-caregiver.md.
"""

import msgspec

from sync.storage.port import Record


class _Familiar(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a profile: neither is understood here, nor made anything of."""

    birth_date: str | None = None
    sex: str | None = None


def familiar(record: Record) -> Record | None:
    """Return what of a record is known to whoever helps: of a profile, birth date and sex."""
    if record.collection != "profile" or record.body is None:
        return None
    known = msgspec.json.decode(record.body, type=_Familiar)
    return msgspec.structs.replace(record, body=msgspec.json.encode(known))
