"""Writes `openapi/` from the code: `make openapi`. CI fails on a difference."""

from pathlib import Path

import msgspec

from backend.app import create_litestar
from backend.kernel.schemas import schemas
from backend.openapi import mend
from backend.record import ALL
from backend.settings import Settings

FOLDER = Path(__file__).parents[1] / "openapi"


def described() -> dict[Path, bytes]:
    """Return every generated file with its contents."""
    document = mend(create_litestar(Settings()).openapi_schema.to_schema())
    written = msgspec.json.encode(document, order="sorted")
    files = {FOLDER / "openapi.json": msgspec.json.format(written, indent=2) + b"\n"}
    for name, schema in schemas(list(ALL.values())).items():
        files[FOLDER / "collections" / f"{name}.schema.json"] = schema
    return files


def main() -> None:
    """Write the files."""
    for path, contents in described().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)


if __name__ == "__main__":
    main()
