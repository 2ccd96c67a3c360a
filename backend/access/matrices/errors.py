"""Why a matrix is not taken."""

from backend.kernel.errors import InvalidInput, NotFound, Refusal


class MatrixInvalid(InvalidInput):
    """A matrix that cannot be read without doubt: none of it takes effect."""

    code = "matrix-invalid"


class MatrixDateInvalid(InvalidInput):
    """A matrix cannot have ruled in the past."""

    code = "matrix-date-invalid"


class MatrixChanged(Refusal):
    """Somebody else imported a matrix at this very moment."""

    code = "matrix-changed"
    status = 409


class MatrixNotFound(NotFound):
    """No version has this number."""

    code = "matrix-not-found"
