"""The persons whose record is open to the professional whose software this is."""

import msgspec

from backend.access.consents.model import PatientsPage, PatientView
from sync.replica import AnswerUnusable
from sync.replica.http_transport import HttpTransport

_PATH = "/v1/professionals/me/patients"


async def patients_by(transport: HttpTransport) -> list[PatientView]:
    """Return all of them.

    Raises:
        TransportFailure: There is no answer to use.
    """
    found: list[PatientView] = []
    asked: dict[str, str] = {}
    while True:
        try:
            page = msgspec.json.decode(await transport.get(_PATH, asked), type=PatientsPage)
        except msgspec.DecodeError as error:
            raise AnswerUnusable("The list of persons is not what the protocol says.") from error
        found.extend(page.patients)
        if page.next_after is None:
            return found
        asked = {"after": str(page.next_after)}
