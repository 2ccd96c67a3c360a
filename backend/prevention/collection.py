"""How this room takes part in sync."""

from backend.access.orders import drafted
from backend.access.rules.sensitivity import EXAM, SITUATION
from backend.access.sections import Clues, in_coded, watched
from backend.kernel.collection import collection, completed, judged
from backend.prevention.model import Immunization, Screening, Situation
from backend.prevention.rules import (
    check_immunization,
    check_screening,
    check_situation,
    fit_immunization,
    fit_screening,
    fit_situation,
)
from backend.prevention.vaccines import complete_immunization
from sync.ports import Collection

_BESIDE = "profile"  # It says when the person was born.
_coded = in_coded()
_coded_screening = in_coded("reason_not_done", "performer")


def _of_screening(body: Screening) -> Clues:
    codes, texts = _coded_screening(body)
    return (*codes, (EXAM, body.exam)), texts


def _of_situation(body: Situation) -> Clues:
    codes, texts = _coded(body)
    return (*codes, (SITUATION, body.situation or body.kind)), texts


COLLECTIONS: tuple[Collection, ...] = (
    watched(
        # Not the diseases: that somebody is protected against one says nothing of them.
        judged(
            completed(
                drafted(collection("immunizations", Immunization, check=check_immunization)),
                complete_immunization,
            ),
            Immunization,
            fit_immunization,
            beside=_BESIDE,
        ),
        Immunization,
        in_coded("reason_not_done", "performer"),
    ),
    watched(
        judged(
            drafted(collection("screenings", Screening, check=check_screening)),
            Screening,
            fit_screening,
            beside=_BESIDE,
        ),
        Screening,
        _of_screening,
    ),
    watched(
        judged(
            drafted(collection("situations", Situation, check=check_situation)),
            Situation,
            fit_situation,
            beside=_BESIDE,
        ),
        Situation,
        _of_situation,
    ),
)
