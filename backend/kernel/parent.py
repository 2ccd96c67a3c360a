"""The process that started this one, for as long as it lives."""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.process import BaseProcess

FINISH_SECONDS = 10


def end_with_parent() -> None:
    """End when the process that started this one has ended, however that came.

    A parent that is killed says nothing: its orphan would hold the port and the
    data folder, and the next start would be refused.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(FINISH_SECONDS)
    os._exit(1)
