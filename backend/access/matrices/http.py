"""The operator's door to the rights matrix."""

from typing import Annotated

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from backend.access.matrices.limits import MATRIX_BYTES_MAX
from backend.access.matrices.model import MatrixImported, MatrixOrder, MatrixReport
from backend.access.matrices.service import import_matrix, matrix_version
from backend.kernel.metrics import Metrics
from backend.kernel.work import Office


class MatrixController(Controller):
    """Reading and replacing the rights matrix, for whoever runs the server."""

    path = "/v1/operator/matrix"
    tags = ("operations",)

    @get("", operation_id="getMatrix", summary="Read the rights matrix, as the operator.")
    async def read(
        self,
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
        metrics: NamedDependency[Metrics],
        version: FromQuery[Annotated[int, Meta(ge=0)] | None] = None,
    ) -> MatrixReport:
        """Return the version in force, or the one asked for, with what was denied as unknown."""
        found = await office.look(lambda work: matrix_version(work, version))
        return MatrixReport(matrix=found, unknown_denials=metrics.unknown_denials())

    @post(
        "",
        operation_id="importMatrix",
        status_code=200,
        summary="Put another rights matrix in force.",
        request_max_body_size=MATRIX_BYTES_MAX,
    )
    async def replace(
        self,
        data: JSONBody[MatrixOrder],
        operator: NamedDependency[bool],
        office: NamedDependency[Office],
    ) -> MatrixImported:
        """Return how many types each profession gains and loses; earlier versions are kept."""
        return await office.write(lambda work: import_matrix(work, data))
