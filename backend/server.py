"""What a server process loads: settings from the environment, logs, the application."""

import gc
import json
import logging
import sys
from datetime import UTC, datetime
from importlib.metadata import version

from backend.app import create_app
from backend.kernel.edge import Edge
from backend.kernel.parent import end_with_parent
from backend.settings import read_settings

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line, with identifiers only."""

    def format(self, record: logging.LogRecord) -> str:
        """Write time, level, event and extras; of an exception its type and place, no values."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **{k: v for k, v in record.__dict__.items() if k not in _OWN},
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["frames"] = _frames(record)
        return json.dumps(line, default=str)


def _frames(record: logging.LogRecord) -> list[str]:
    frames = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]


# Requests make few cycles; looking for them as often as Python does by default takes
# a tenth of the time of a short one.
_GC_THRESHOLDS = (20_000, 20, 50)


def create() -> Edge:
    """Make the application in a server process."""
    # Older ones could hand one person's answer to another (uvloop issue 645).
    assert tuple(map(int, version("uvloop").split(".")[:2])) >= (0, 23)
    end_with_parent()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    app = create_app(read_settings())
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    return app
