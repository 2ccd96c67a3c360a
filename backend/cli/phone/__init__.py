"""A phone in a terminal: the reference client, for people who try and scripts that check."""

from backend.cli.phone.agenda import agenda
from backend.cli.phone.commands import phone
from backend.cli.phone.consents import answer, consents, emergency_settings, end_consent
from backend.cli.phone.journal import journal
from backend.cli.phone.mandates import accept, end_mandate, invite, leave, mandates
from backend.cli.phone.sight import block, mask, parties, unmask, who
from backend.cli.phone.software import ask_consent, emergency, end_emergency, patients, read_online

for _command in (
    agenda,
    *(journal, who, parties, mask, unmask, block),
    *(invite, mandates, end_mandate, accept, leave),
    *(consents, answer, end_consent, emergency_settings),
    *(ask_consent, emergency, end_emergency, patients, read_online),
):
    phone.add_command(_command)

__all__ = ["phone"]
