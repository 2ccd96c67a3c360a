"""What professionals bring, and what they see of it."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.model import Confidentiality


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """From whom a deposit is kept at first: the patient until told, a minor's representatives.

    Source: CI-SIS JDV_J08; reference notes on the domain, 1.4 and 1.10.
    """

    is_to_be_announced: bool = False
    announced_at: datetime | None = None
    is_hidden_from_representatives: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of confidentiality that a document carries for it."""
        pairs = (
            ("INVISIBLE_PATIENT", self.is_to_be_announced),
            ("INVISIBLE_REPRESENTANTS_LEGAUX", self.is_hidden_from_representatives),
        )
        return tuple(code for code, is_ordered in pairs if is_ordered)

    @property
    def flags(self) -> Confidentiality:
        """The orders that any other record carries for it."""
        flags = Confidentiality.NONE
        if self.is_to_be_announced:
            flags |= Confidentiality.ANNOUNCEMENT_PENDING
        if self.is_hidden_from_representatives:
            flags |= Confidentiality.HIDDEN_FROM_REPRESENTATIVES
        return flags

    def beside(self, standing: "Orders") -> "Orders":
        """Join the orders of a new version with those of the one that it replaces.

        A correction shows nothing earlier than what it corrects: that is released.
        """
        if not standing.is_to_be_announced or (
            self.is_to_be_announced
            and (
                self.announced_at is None
                or (standing.announced_at is not None and standing.announced_at < self.announced_at)
            )
        ):
            mine = self
        else:
            mine = standing
        is_secret = self.is_hidden_from_representatives or standing.is_hidden_from_representatives
        return msgspec.structs.replace(mine, is_hidden_from_representatives=is_secret)


class EntryDeposit(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that a professional brings for a patient."""

    space_id: UUID
    collection: str
    fields: dict[str, object]
    orders: Orders


class EntryDeposited(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is filed: by this identifier it is corrected and withdrawn."""

    record_id: UUID


class DepositLine(msgspec.Struct, frozen=True, kw_only=True):
    """One deposit of one's own, as the directory has it: nothing of health, and nobody's name."""

    record_id: UUID
    collection: str
    deposited_at: datetime


class DepositPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some deposits of one's own, the newest first; `next` is null after the last."""

    deposits: list[DepositLine]
    next: str | None
