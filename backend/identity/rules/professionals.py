"""What the provider says of a professional, read with care.

Empty strings mean absent, and booleans are words.

Source: Pro Santé Connect, userinfo; NOS TRE_G15 (professions), TRE_R09
(categories: C civilian, M military, E student); ANNUAIRE SANTÉ, identifiers.
"""

import hashlib
import re

import msgspec

from backend.identity.errors import ProfessionalUnidentified
from backend.identity.limits import ACTIVITIES_MAX
from backend.identity.professionals.model import Activity, Names, ProfessionalIdentity

# A national identifier is the kind of register, 8 for RPPS, and the number there.
_NATIONAL = re.compile(r"8([0-9]{11})")
# A student is not yet what their profession's code says, and gets none of its rights.
_FULL = frozenset({"", "C", "M"})
_TRUE = "VRAI"


class _Site(msgspec.Struct, frozen=True):
    codeSecteurDactivite: str = ""  # noqa: N815  # As the provider writes them.
    codeRole: str = ""  # noqa: N815
    numeroFinessSite: str = ""  # noqa: N815
    numeroSiretSite: str = ""  # noqa: N815
    identifiantTechniqueDeLaStructure: str = ""  # noqa: N815
    raisonSocialeSite: str = ""  # noqa: N815
    enseigneCommercialeSite: str = ""  # noqa: N815


class _Exercise(msgspec.Struct, frozen=True):
    codeProfession: str = ""  # noqa: N815
    codeCategorieProfessionnelle: str = ""  # noqa: N815
    nomDexercice: str = ""  # noqa: N815
    prenomDexercice: str = ""  # noqa: N815
    codeSavoirFaire: str = ""  # noqa: N815
    activities: tuple[_Site, ...] = ()


class _Reference(msgspec.Struct, frozen=True):
    exercices: tuple[_Exercise, ...] = ()


class _Userinfo(msgspec.Struct, frozen=True):
    sub: str
    SubjectNameID: str = ""
    family_name: str = ""
    given_name: str = ""
    Acces_Regulation_Medicale: str = ""
    SubjectRefPro: _Reference = _Reference()


def identity_of(userinfo: bytes, *, subject: str) -> ProfessionalIdentity:
    """Read who somebody is, and in which situations they work.

    *subject* is whom the proof of identity is about: the answer must be about
    the same. Somebody who fills in for others has an exercise without a place
    of work; that counts as one situation, without organisation.

    Raises:
        ProfessionalUnidentified: About somebody else, not of the register, or
            without any situation in which they work.
    """
    try:
        said = msgspec.json.decode(userinfo, type=_Userinfo)
        if said.sub != subject:
            raise ProfessionalUnidentified("What the provider says is about somebody else.")
        activities = _activities(said.SubjectRefPro.exercices)
        if not activities:
            raise ProfessionalUnidentified("No activity in which this person works.")
        identity = ProfessionalIdentity(
            rpps=rpps_of(said.SubjectNameID),
            names=_names(said),
            activities=activities,
            is_regulator=said.Acces_Regulation_Medicale == _TRUE,
        )
        # Lengths and characters, as the model bounds them.
        return msgspec.convert(msgspec.to_builtins(identity), ProfessionalIdentity)
    except msgspec.MsgspecError:
        raise ProfessionalUnidentified("What the provider says cannot be read.") from None


def rpps_of(national_id: str) -> str:
    """Return the RPPS number of a national identifier.

    Raises:
        ProfessionalUnidentified: It is of another register.
    """
    match = _NATIONAL.fullmatch(national_id)
    if match is None:
        raise ProfessionalUnidentified("No number of the national register.")
    return match[1]


def activity(
    profession_code: str, *, specialty: str | None = None, **place: str | None
) -> Activity:
    """Make an activity, with the identifier that follows from what it says."""
    said = {"profession_code": profession_code, "specialty": specialty, **place}
    written = msgspec.json.encode(sorted((k, v) for k, v in said.items() if v))
    activity_id = hashlib.sha256(written).hexdigest()[:16]
    return msgspec.convert({"activity_id": activity_id, **said}, Activity)


def _names(said: _Userinfo) -> Names:
    """Return the name that somebody works under, which patients know, or the civil one."""
    works = next((one for one in said.SubjectRefPro.exercices if one.nomDexercice), _Exercise())
    return Names(
        family_name=works.nomDexercice or said.family_name,
        given_name=works.prenomDexercice or said.given_name,
    )


def _activities(exercises: tuple[_Exercise, ...]) -> tuple[Activity, ...]:
    found = {}
    for exercise in exercises:
        if exercise.codeCategorieProfessionnelle not in _FULL or not exercise.codeProfession:
            continue
        for site in exercise.activities or (_Site(),):
            one = _activity(exercise, site)
            found[one.activity_id] = one
    return tuple(found.values())[:ACTIVITIES_MAX]


def _activity(exercise: _Exercise, site: _Site) -> Activity:
    return activity(
        exercise.codeProfession,
        specialty=exercise.codeSavoirFaire or None,
        role_code=site.codeRole or None,
        sector_code=site.codeSecteurDactivite or None,
        organization=(site.raisonSocialeSite or site.enseigneCommercialeSite).strip() or None,
        organization_id=(
            site.numeroFinessSite or site.numeroSiretSite or site.identifiantTechniqueDeLaStructure
        )
        or None,
    )
