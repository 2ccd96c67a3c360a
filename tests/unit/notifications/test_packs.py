"""A calendar that has a fault is refused, with a sentence for each."""

import re
from importlib import resources
from pathlib import Path

import pytest

import notifications
from notifications import calendars
from notifications.core.pack_check import doubts
from notifications.core.pack_decode import PackInvalid, decode_pack

FRENCH = calendars.files_of(resources.files(calendars) / "fr")
COUNTRIES = calendars.countries()


def faults(file: str, old: str, new: str, count: int = 1) -> list[str]:
    """Return the faults of the French calendar with one thing changed."""
    text = FRENCH[file].decode()
    assert old in text
    with pytest.raises(PackInvalid) as refused:
        decode_pack({**FRENCH, file: text.replace(old, new, count).encode()})
    return refused.value.faults


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_calendars_that_ship_have_no_fault(country: str) -> None:
    """They are whole, and say until when their texts were read."""
    pack = calendars.load(country)

    assert pack.calendar.country == country
    assert pack.items
    assert all(item and doubt for item, doubt in doubts(pack))


def test_a_country_without_a_calendar_has_none() -> None:
    """And it is told which there are."""
    with pytest.raises(calendars.NoSuchCalendar, match=", ".join(COUNTRIES)):
        calendars.load("atlantis")


S = "screenings.toml"
BAD = [
    (S, 'from = "3m"\nto = "4m"', 'from = "2m"\nto = "4m"', "2m-3m and 3m-4m overlap"),
    (S, 'from = "3m"\nto = "4m"', 'from = "3m"\nto = "3m"', "3m-4m ends before it begins"),
    (S, 'to = "5m"', 'to = "18w"', "4m-5m and 5m-6m leave a gap"),
    (S, 'from = "4m"\nto = "5m"', 'from = "19w"\nto = "5m"', "leave a gap from '4m' to '19w'"),
    (S, 'to = "2m"\ngap_before = true', 'to = "2m"', "leave a gap from '14d' to '1m'"),
    (S, 'to = "4m"', 'to = "4m"\ngap_before = true', "leave no gap, although gap_before"),
    (S, 'to = "29y completed"', 'to = "28y completed"', "the steps cytology and hpv-test leave"),
    (S, 'to = "29y completed"', 'to = "30y completed"', "the steps cytology and hpv-test overlap"),
    (S, 'gaps = ["1y", "3y"]', "gaps = []", "the step cytology has no gap"),
    (S, 'gaps = ["2y"]', 'gaps = ["2 years"]', "'2 years' is no age"),
    (S, 'from = "15wa"', 'from = "15w"', "no time in a pregnancy"),
    (S, 'from = "14wa"', 'from = "3m"', "no time in a pregnancy"),
    (S, 'exam = "fit"', 'exam = "fits"', "no exam is called 'fits'"),
    (S, 'situation = "no-cervix"', 'situation = "no-cervics"', "no situation is called"),
    (S, 'back_without = "breast-follow-up"', 'back_without = "x"', "no situation is called 'x'"),
    (S, 'back_after = ["colonoscopy"]', 'back_after = ["x"]', "no exam is called 'x'"),
    (S, 'source = ["arr_bilan"]', 'source = ["arr_bilann"]', "has no source 'arr_bilann'"),
    (S, 'source = ["arr_bilan"]', "source = []", "bilan_prevention: it names no source"),
    (S, 'id = "breast"', 'id = "cervix"', "cervix: two rules overlap"),
    (S, 'yearly_from = "3y"\n', "", "both yearly_from and yearly_to"),
    (S, 'yearly_from = "3y"', 'yearly_from = "36m"', "a number of years"),
    (S, "since = 2025-04-01", "since = 2025-04-01\nuntil = 2025-03-31", "before it begins"),
    (S, 'sex = "female"', 'sex = "women"', "Invalid enum value"),
    (S, 'kind = "check"', 'kind = "chek"', "Invalid enum value"),
    (S, 'recalls = ["6m"', 'recals = ["6m"', "unknown field `recals`"),
    (S, "[programme.abnormal]", "[programme.abnormal", "screenings.toml: "),
    ("vaccines.toml", '["mmr-complete"]', '["mmr-done"]', "no situation is called 'mmr-done'"),
    ("vaccines.toml", '"dengue-documented"', '"dengue"', "no situation is called 'dengue'"),
    ("vaccines.toml", '"measles-contact"', '"a-cough"', "no situation is called 'a-cough'"),
    ("vaccines.toml", 'source = ["vis_bcg"', 'source = ["vis_b"', "has no source 'vis_b'"),
    ("products.toml", 'source = ["reco26"]', "source = []", "it names no source"),
    ("seasons.toml", '["sp_prol"]', '["sp"]', "has no source 'sp'"),
    ("situations.toml", 'code = "asthma"', 'code = "diabetes"', "'diabetes' is there twice"),
    ("situations.toml", 'kind = "group"', 'kind = "health"', "a group, and nothing else"),
    ("situations.toml", '    "hiv",\n', '    "hivv",\n', "no situation is called 'hivv'"),
    ("situations.toml", '    "hiv",\n', '    "flu-risk",\n', "it is a member of itself"),
    ("situations.toml", 'section = "addiction"', 'section = "secrets"', "Invalid enum value"),
    ("situations.toml", 'source = ["reco26"]', 'source = ["reco"]', "has no source 'reco'"),
    ("exams.toml", 'code = "fit"', 'code = "cytology"', "'cytology' is there twice"),
    ("exams.toml", 'source = ["inca"]', 'source = ["inka"]', "has no source 'inka'"),
    ("sources.toml", 'key = "inca"', 'key = "beh24"', "'beh24' is there twice"),
    ("sources.toml", 'trust = "A"', 'trust = "E"', "Invalid enum value"),
    ("sources.toml", 'url = "https://', 'url = "ftp://', "is no web address"),
    ("calendar.toml", 'country = "fr"\n', "", "missing required field `country`"),
    ("calendar.toml", 'horizon = "20y"', 'horizon = "long"', "'long' is no age"),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), BAD)
def test_a_fault_is_told_where_it_is(file: str, old: str, new: str, words: str) -> None:
    """Each with the file, the rule, and what to look at."""
    found = faults(file, old, new)

    assert any(words in fault for fault in found), found


def test_every_fault_is_told_at_once() -> None:
    """Nobody mends one to read of the next."""
    text = FRENCH[S].decode().replace('exam = "fit"', 'exam = "x"').replace('"inca"', '"inka"')

    with pytest.raises(PackInvalid) as refused:
        decode_pack({**FRENCH, S: text.encode()})

    assert any("'x'" in fault for fault in refused.value.faults)
    assert any("'inka'" in fault for fault in refused.value.faults)


def test_a_file_that_is_missing_or_not_known_is_told() -> None:
    """A pack is whole, and holds nothing else."""
    less = {name: content for name, content in FRENCH.items() if name != "exams.toml"}

    with pytest.raises(PackInvalid) as missing:
        decode_pack(less)
    with pytest.raises(PackInvalid) as unknown:
        decode_pack({**FRENCH, "exam.toml": b""})
    with pytest.raises(PackInvalid) as binary:
        decode_pack({**FRENCH, "exams.toml": b"\xff\xfe\x00"})

    assert missing.value.faults == ["exams.toml: it is missing."]
    assert unknown.value.faults == ["exam.toml: a pack has no such file."]
    assert binary.value.faults[0].startswith("exams.toml: ")


def test_a_rule_may_follow_another_in_time() -> None:
    """On its last day the first holds, on the next the second; a day without any is a fault."""
    text = FRENCH[S].decode()
    second = text[text.index('[[visits]]\nid = "mtdents"') : text.index("# Prevention appoint")]
    first = second.replace("since = 2025-04-01", "since = 2020-01-01\nuntil = 2025-03-31")
    twice = text.replace(second, first + second)
    gap = twice.replace("until = 2025-03-31", "until = 2025-03-30")

    assert decode_pack({**FRENCH, S: twice.encode()}).items
    with pytest.raises(PackInvalid, match="no rule is in force from 2025-03-30"):
        decode_pack({**FRENCH, S: gap.encode()})


COUNTRY = re.compile(
    r"\b(?:france|paris|guiana|ameli|légifrance|united kingdom|england|nhs)\b"
    r"|[\"'](?:GB|GP|MQ|GF|YT)[\"']",
    re.IGNORECASE,
)
LANGUAGE = re.compile(r"[\"']fr[\"']")


def test_no_rule_of_a_country_is_in_the_code() -> None:
    """No Python file under notifications names a country, an item, an examination or a product."""
    packs = [calendars.load(country) for country in COUNTRIES]
    names = {item for pack in packs for item in pack.items}
    names |= {exam for pack in packs for exam in pack.exam_of}
    names |= {product for pack in packs for product in pack.product_of}
    names |= {code for pack in packs for code in pack.situation_of} - {"complete"}
    words = re.compile(rf"[\"'](?:{'|'.join(map(re.escape, sorted(names)))})[\"']")

    found = {}
    for file in sorted(Path(notifications.__file__).parent.rglob("*.py")):
        code = LANGUAGE.sub("", file.read_text())
        hits = [*COUNTRY.findall(code), *words.findall(code)]
        if hits:
            found[file.name] = hits

    assert len(names) > 200
    assert found == {}
