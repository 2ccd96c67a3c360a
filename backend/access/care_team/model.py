"""The care team, as it is shown."""

from uuid import UUID

import msgspec

from backend.access.journal.words import Text
from backend.access.model import TeamMember


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the care team. `notice` is to be shown to whoever gives it."""

    record_id: UUID
    member: TeamMember
    sees_masked: bool
    notice: Text | None
