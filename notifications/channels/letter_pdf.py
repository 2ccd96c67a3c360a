"""Letters as one PDF: a page each, for an envelope with a window.

A sheet of A4 folded in three moves a little in a DL envelope, so the address stands
where the window shows it however the sheet lies, and nothing else stands where the
window may ever be.

Source: NF Z 10-011 (six lines of 38 characters, capitals); a French DL envelope of
110 by 220 mm with a window of 35 by 100 mm, 20 mm from its right and lower edges;
docs/decisions/0032-one-way-to-send.md.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

import msgspec
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from notifications.texts.postal import in_print

PAGE_WIDTH, PAGE_HEIGHT = A4
_ENVELOPE_WIDTH, _ENVELOPE_HEIGHT = 220 * mm, 110 * mm
_FOLDED_HEIGHT = 99 * mm
_WINDOW_WIDTH, _WINDOW_HEIGHT, _WINDOW_MARGIN = 100 * mm, 35 * mm, 20 * mm

FONT, BOLD = "Helvetica", "Helvetica-Bold"
ADDRESS_SIZE, ADDRESS_SIZE_MIN, ADDRESS_LEADING = 10.0, 7.0, 3.7 * mm
TEXT_SIZE, TEXT_LEADING = 12.0, 17.0
MARGIN = 25 * mm
FOLD = 99 * mm
_ADDRESS_INSET = 4 * mm


class Box(msgspec.Struct, frozen=True):
    """A rectangle of a page, measured from its upper left corner, in points."""

    left: float
    top: float
    right: float
    bottom: float


class LetterText(msgspec.Struct, frozen=True, kw_only=True):
    """One letter. `address` is who and where, line by line; at least the name."""

    address: Sequence[str]
    sender: str
    subject: str
    text: str
    language: str


def shown() -> Box:
    """Return what the window shows of a sheet however it lies in its envelope."""
    left, top, slack_x, slack_y = _window()
    return Box(left, top, left + _WINDOW_WIDTH - slack_x, top + _WINDOW_HEIGHT - slack_y)


def showing() -> Box:
    """Return what the window may show of a sheet that has slipped."""
    left, top, slack_x, slack_y = _window()
    return Box(left - slack_x, top - slack_y, left + _WINDOW_WIDTH, top + _WINDOW_HEIGHT)


def _window() -> tuple[float, float, float, float]:
    """Return the corner of the window over a sheet that lies left and high, and its slack."""
    left = _ENVELOPE_WIDTH - _WINDOW_MARGIN - _WINDOW_WIDTH
    top = _ENVELOPE_HEIGHT - _WINDOW_MARGIN - _WINDOW_HEIGHT
    return left, top, _ENVELOPE_WIDTH - PAGE_WIDTH, _ENVELOPE_HEIGHT - _FOLDED_HEIGHT


def pdf_of(letters: Iterable[LetterText], *, title: str = "Carnet") -> bytes:
    """Set letters, a page each, in their order."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True, lang="fr")
    canvas.setTitle(title)
    for letter in letters:
        _set(canvas, letter)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _set(canvas: Canvas, letter: LetterText) -> None:
    canvas.setFont(BOLD, TEXT_SIZE)
    _line(canvas, MARGIN, 25 * mm, letter.sender)
    _set_address(canvas, letter.address)
    _set_folds(canvas)
    canvas.setFont(BOLD, TEXT_SIZE + 1)
    top = showing().bottom + 20 * mm
    _line(canvas, MARGIN, top, letter.subject)
    canvas.setFont(FONT, TEXT_SIZE)
    top += 2 * TEXT_LEADING
    for paragraph in letter.text.split("\n"):
        lines = simpleSplit(in_print(paragraph), FONT, TEXT_SIZE, PAGE_WIDTH - 2 * MARGIN)
        for line in lines or [""]:
            _line(canvas, MARGIN, top, line)
            top += TEXT_LEADING


def _set_address(canvas: Canvas, lines: Sequence[str]) -> None:
    """Print the address in capitals, each line as large as it fits."""
    box = shown()
    left = box.left + _ADDRESS_INSET
    # Low in the window, as on any envelope; six lines fill it.
    top = box.bottom - len(lines) * ADDRESS_LEADING + ADDRESS_LEADING - 1 * mm
    for line in lines:
        text = in_print(line).upper()
        size = ADDRESS_SIZE
        while size > ADDRESS_SIZE_MIN and left + stringWidth(text, FONT, size) > box.right:
            size -= 0.25
        canvas.setFont(FONT, size)
        _line(canvas, left, top, text)
        top += ADDRESS_LEADING


def _set_folds(canvas: Canvas) -> None:
    """Mark where to fold, at the very edge."""
    canvas.setLineWidth(0.3)
    for number in (1, 2):
        height = PAGE_HEIGHT - number * FOLD
        canvas.line(3 * mm, height, 8 * mm, height)


def _line(canvas: Canvas, left: float, top: float, text: str) -> None:
    canvas.drawString(left, PAGE_HEIGHT - top, in_print(text))
