"""The status that an observation gives to a problem or an allergy."""

from backend.documents.cda.entries.scope import Scope, Statement, concept_at, statements_below
from backend.documents.terminology import mapped

_STATUS = "33999-4"


def stated_status(statement: Statement, scope: Scope) -> str | None:
    """Return the clinical status that the author states, in the words of FHIR.

    Returns:
        `absent` for a problem that was ruled out; None when nothing is stated.

    Source: CI-SIS FR-Statut-du-probleme; IHE PCC Problem Status Observation.
    """
    for _, inner in statements_below(statement, scope):
        if concept_at(inner, "code", scope).code == _STATUS:
            value = concept_at(inner, "value", scope)
            return mapped("clinical-status", value.system, value.code)
    return None
