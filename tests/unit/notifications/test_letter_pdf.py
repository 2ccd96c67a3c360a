"""Letters for envelopes with a window: the address, and nothing else, is seen through it."""

import base64
import re
import zlib

import pytest
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from notifications.channels.letter_pdf import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Box,
    LetterText,
    pdf_of,
    showing,
    shown,
)
from notifications.texts.postal import in_print, printable

ADDRESS = (
    "Madame Léa MARTIN DE LA TOUR D'AUVERGNE",
    "Chez Monsieur Durand, bâtiment C",
    "Résidence des Trois Fontaines",
    "12 bis avenue du Général de Gaulle",
    "Lieu-dit Le Bourg",
    "63200 RIOM",
)
LETTER = LetterText(
    address=ADDRESS,
    sender="Carnet",
    subject="Carnet : un rappel pour vous",
    text="Bonjour. Un rappel vous attend dans votre carnet. "
    * 12
    + "\n\nPour ne plus en recevoir : "
    "https://carnet.example.org/n/AAAAAAAAAAAAAAAAAAAAAA",
    language="fr",
)
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_SHOWN = re.compile(rb"1 0 0 1 ([\d.]+) ([\d.]+) Tm.*?\((.*?)(?<!\\)\) Tj", re.DOTALL)
_SIZE = re.compile(rb"/F\d ([\d.]+) Tf")


class Line:
    """One line of text on a page: where it begins, and how far it reaches."""

    def __init__(self, left: float, baseline: float, text: str, size: float) -> None:
        self.text = text
        self.box = Box(
            left,
            PAGE_HEIGHT - baseline - size,
            left + stringWidth(text, "Helvetica", size),
            PAGE_HEIGHT - baseline,
        )


def pages(pdf: bytes) -> list[list[Line]]:
    """Read the lines of each page of a PDF of ours."""
    found = []
    for match in _STREAM.finditer(pdf):
        packed = match[1].strip().removesuffix(b"~>")
        content = zlib.decompress(base64.a85decode(packed))
        found.append([*_lines(content)])
    return found


def _lines(content: bytes) -> list[Line]:
    lines, size = [], 0.0
    for piece in re.split(rb"(?<=T\*) ET", content):
        sized = _SIZE.search(piece)
        size = float(sized[1]) if sized else size
        said = _SHOWN.search(piece)
        if said is not None:
            text = re.sub(rb"\\(\d{3})", lambda one: bytes([int(one[1], 8)]), said[3])
            words = re.sub(rb"\\(.)", rb"\1", text).decode("cp1252")
            lines.append(Line(float(said[1]), float(said[2]), words, size))
    return lines


def inside(line: Line, box: Box) -> bool:
    """Say whether a line lies in a box."""
    return (
        box.left <= line.box.left
        and line.box.right <= box.right
        and box.top <= line.box.top
        and line.box.bottom <= box.bottom
    )


def touches(line: Line, box: Box) -> bool:
    """Say whether any of a line lies in a box."""
    return (
        line.box.left < box.right
        and box.left < line.box.right
        and line.box.top < box.bottom
        and box.top < line.box.bottom
    )


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_the_window_shows_the_address_and_nothing_else(count: int) -> None:
    """However the folded sheet lies in its envelope."""
    letter = LetterText(
        address=ADDRESS[-count:],
        sender="Carnet",
        subject=LETTER.subject,
        text=LETTER.text,
        language="fr",
    )

    (page,) = pages(pdf_of([letter]))

    seen = [line.text for line in page if touches(line, showing())]
    whole = [line.text for line in page if inside(line, shown())]
    assert seen == whole == [in_print(one).upper() for one in ADDRESS[-count:]]


def test_the_window_is_where_a_french_envelope_has_it() -> None:
    """A block of 85 by 24 millimetres that begins 55 from above is seen: as printers advise."""
    box = shown()

    assert (round(box.left / mm), round(box.top / mm)) == (100, 55)
    assert (round(box.right / mm), round(box.bottom / mm)) == (190, 79)


def test_each_letter_has_a_page_and_all_of_its_words() -> None:
    """A page each, in their order; no word is cut off at the edge."""
    other = LetterText(
        address=("ANNE",), sender="Carnet", subject="Other", text="Hello.", language="en"
    )

    first, second = pages(pdf_of([LETTER, other]))

    words = " ".join(line.text for line in first)
    assert "Bonjour. Un rappel vous attend" in words
    assert "https://carnet.example.org/n/AAAAAAAAAAAAAAAAAAAAAA" in words
    assert all(line.box.right <= PAGE_WIDTH - 20 * mm for line in first)
    assert [line.text for line in second] == ["Carnet", "ANNE", "Other", "Hello."]


def test_the_same_letters_make_the_same_file() -> None:
    """Nothing of when or where it was made is in there."""
    assert pdf_of([LETTER]) == pdf_of([LETTER])


@pytest.mark.parametrize(
    ("text", "on_paper", "can_be"),
    [
        ("Léa Œuvrard à Niš", "Léa Œuvrard à Niš", True),
        ("Łukasz Đorđević", "Lukasz Dordevic", True),
        ("Nguyễn", "Nguyên", True),
        ("北京", "??", False),
        ("محمد", "????", False),
        ("a\x00b", "a?b", False),
        ("Line\nbreak", "Line\nbreak", False),
    ],
)
def test_a_name_is_printed_as_far_as_every_reader_can(
    text: str, on_paper: str, *, can_be: bool
) -> None:
    """An accent that the fonts lack goes; another script is refused where it is chosen."""
    assert printable(text) is can_be
    if can_be:
        assert in_print(text).replace("ễ", "ê") in (on_paper, on_paper.replace("ê", "e"))
