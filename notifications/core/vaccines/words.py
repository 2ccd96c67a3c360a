"""The sentences of the vaccine rules, in French and in English."""

from datetime import date
from functools import cache

from notifications.core.spans import Span, SpanInvalid, Unit, parse_span
from notifications.core.text import Text
from notifications.core.words import said

_UNITS = {
    Unit.DAY: (("jour", "jours"), ("day", "days")),
    Unit.WEEK: (("semaine", "semaines"), ("week", "weeks")),
    Unit.MONTH: (("mois", "mois"), ("month", "months")),
    Unit.YEAR: (("an", "ans"), ("year", "years")),
    Unit.WEEK_OF_AMENORRHOEA: (
        ("semaine d’aménorrhée", "semaines d’aménorrhée"),
        ("week of amenorrhoea", "weeks of amenorrhoea"),
    ),
}

CONFIRM = Text(
    fr="À confirmer avec un professionnel de santé : nos sources ne tranchent pas ce point.",
    en="To confirm with a health professional: our sources do not settle this point.",
)
FOLLOW_UP = Text(
    fr="Si la dose précédente est faite à la date indiquée.",
    en="If the previous dose is given on the day shown.",
)
ON_THE_DAY = Text(
    fr="Si la dose précédente est faite ce jour.", en="If the previous dose is given on the day."
)
LATE = Text(
    fr="La date conseillée est passée, mais il est encore utile de le faire : parlez-en à votre "
    "médecin, votre pharmacien ou votre sage-femme.",
    en="The advised date has passed, but it is still worth doing: talk to your doctor, your "
    "pharmacist or your midwife.",
)
REFUSED = Text(
    fr="Vous avez dit ne pas le vouloir. Vous pouvez changer d’avis à tout moment.",
    en="You said that you do not want it. You may change your mind at any time.",
)
ADVISED_AGAINST = Text(
    fr="Un professionnel de santé vous l’a déconseillé. Demandez-lui avant de le faire.",
    en="A health professional advised you against it. Ask them before having it.",
)
ASK = Text(
    fr="Une information nous manque pour répondre : complétez votre carnet, ou demandez à un "
    "professionnel de santé.",
    en="A fact is missing: complete your record, or ask a health professional.",
)
OTHER_SEX = Text(fr="Cette règle ne vous concerne pas.", en="This rule is not about you.")
NOT_CONCERNED = Text(
    fr="Aucune raison particulière n’est connue pour vous. Si votre situation change, "
    "dites-le dans votre carnet.",
    en="No particular reason is known for you. If your situation changes, say so in your record.",
)
NO_CAMPAIGN = Text(
    fr="Aucune campagne n’est ouverte à cette date.", en="No campaign is open on this date."
)
END_UNKNOWN = Text(
    fr="La date de fin de la campagne n’est pas connue : demandez à votre pharmacien.",
    en="The last day of the campaign is not known: ask your pharmacist.",
)
NOT_PREGNANT = Text(
    fr="Seulement pendant une grossesse, entre les semaines prévues.",
    en="Only during a pregnancy, between the weeks it is meant for.",
)
PREGNANCY_PAST = Text(
    fr="Les semaines prévues de cette grossesse sont passées.",
    en="The weeks of this pregnancy that it is meant for are past.",
)
NO_CONTACT = Text(fr="Aucun contact récent n’est connu.", en="No recent contact is known.")
NOT_THIS_SEASON = Text(
    fr="Cette campagne ne concerne pas votre date de naissance.",
    en="This campaign is not for your date of birth.",
)
ONCE = Text(fr="Déjà fait : une seule fois suffit.", en="Done already: once is enough.")
NOT_YET_NEEDED = Text(fr="La dernière dose protège encore.", en="The last dose still protects.")
COMPLETE = Text(fr="La série est complète.", en="The series is complete.")
WHOLE = Text(fr="série complète", en="whole series")
SAME_PRODUCT = Text(
    fr="Une dose d’un autre produit ne compte pas dans cette série.",
    en="A dose of another product does not count in this series.",
)


@cache
def age(written: str) -> Text:
    """Put a span in words: `6m` is "6 mois" and "6 months"."""
    span: Span = parse_span(written)
    french, english = _UNITS[span.unit]
    many = span.count > 1
    done = (" révolus", " completed") if span.completed else ("", "")
    return Text(
        fr=f"{span.count} {french[many]}{done[0]}", en=f"{span.count} {english[many]}{done[1]}"
    )


@cache
def titled(name: Text, step: str, label: Text | None) -> Text:
    """Name one step of a rule: "dose 2", "rappel", "6 ans", or as its file says."""
    label = label or _step(step)
    return Text(fr=f"{name.fr} : {label.fr}", en=f"{name.en}: {label.en}")


def _step(step: str) -> Text:
    if step.isdigit():
        return Text(fr=f"dose {step}", en=f"dose {step}")
    if step == "booster":
        return Text(fr="rappel", en="booster")
    try:
        return age(step)
    except SpanInvalid:
        return Text(fr=step, en=step)


def second_dose(season: str) -> Text:
    """Name the second dose of a child's first season."""
    return Text(fr=f"{season}, 2ᵉ dose", en=f"{season}, 2nd dose")


def closed(since: date) -> Text:
    """Say since when a rule is over for somebody."""
    return Text(
        fr=f"L’âge ou la période prévue est passée depuis le {said(since).fr}.",
        en=f"The age or the time it is meant for has been past since {said(since).en}.",
    )


def in_force(since: date) -> Text:
    """Say that a rule is not in force before a day."""
    return Text(
        fr=f"Règle en vigueur à partir du {said(since).fr}.", en=f"In force from {said(since).en}."
    )


def ended(until: date) -> Text:
    """Say that a rule is no longer in force."""
    return Text(
        fr=f"Règle qui n’est plus en vigueur depuis le {said(until).fr}.",
        en=f"No longer in force since {said(until).en}.",
    )


def uncounted(day: date) -> Text:
    """Say that a dose came too early to count."""
    return Text(
        fr=f"La dose du {said(day).fr} reste notée mais ne compte pas : elle est venue trop tôt.",
        en=f"The dose of {said(day).en} is kept but does not count: it came too early.",
    )


def carried(by: Text) -> Text:
    """Say that another vaccine brings it."""
    return Text(fr=f"Compris dans : {by.fr}.", en=f"Comes with: {by.en}.")


def afterwards(name: Text) -> Text:
    """Say that another vaccine comes first."""
    return Text(fr=f"Après : {name.fr}.", en=f"After: {name.en}.")


def wait_until(reason: Text, day: date) -> Text:
    """Say why not before a day."""
    return Text(
        fr=f"{reason.fr} Pas avant le {said(day).fr}.", en=f"{reason.en} Not before {said(day).en}."
    )


def second_not_before(reason: Text, day: date) -> Text:
    """Say of two that are due together that the second has to wait."""
    return Text(
        fr=f"{reason.fr} Si la première injection est faite ce jour, la seconde pas avant le "
        f"{said(day).fr}.",
        en=f"{reason.en} If the first is given on the day, the second not before {said(day).en}.",
    )
