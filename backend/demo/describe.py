"""What people and scripts need to know to sign in as the family."""

from backend.demo.model import FamilySeeded, Fields, Person

_HOLDER = "holder"
_REPRESENTATIVE = "representative"
_PROFESSIONAL = "professional"


def describe(seeded: FamilySeeded) -> Fields:
    """Return sign-in names, passwords, spaces and relations, ready for JSON."""
    return {
        "persons": [_person(seeded, one) for one in seeded.family.persons if _is_here(seeded, one)],
        "relations": [
            {"person": one.person, "represented_by": one.represented_by, "code": one.code}
            for one in seeded.family.relations
        ],
        "professionals": [_professional(seeded, key) for key in seeded.circle],
    }


def _professional(seeded: FamilySeeded, key: str) -> Fields:
    one = seeded.circle[key]
    ties = {person: tie for person, tie in one.ties.items() if person in seeded.spaces}
    return {
        "key": key,
        "name": f"{one.given_name} {one.family_name}",
        "rpps": one.rpps,
        "profession_code": one.profession_code,
        "is_regulator": one.is_regulator,
        "spaces": [
            {
                **_space(seeded, person, _PROFESSIONAL),
                "team": tie.team,
                "keeps_copy": tie.keeps_copy,
            }
            for person, tie in ties.items()
        ],
    }


def _person(seeded: FamilySeeded, person: Person) -> Fields:
    sign_in = person.sign_in
    return {
        "key": person.key,
        "name": _name(person),
        "space_id": str(seeded.spaces[person.key]),
        "login": None if sign_in is None else sign_in.login,
        "password": None if sign_in is None else sign_in.password,
        "spaces": [] if sign_in is None else _opened_by(seeded, person),
    }


def _opened_by(seeded: FamilySeeded, person: Person) -> list[Fields]:
    acted_for = [r.person for r in seeded.family.relations if r.represented_by == person.key]
    return [_space(seeded, person.key, _HOLDER)] + [
        _space(seeded, key, _REPRESENTATIVE) for key in acted_for if key in seeded.spaces
    ]


def _space(seeded: FamilySeeded, key: str, role: str) -> Fields:
    return {
        "space_id": str(seeded.spaces[key]),
        "display_name": _name(seeded.family.person(key)),
        "role": role,
    }


def _is_here(seeded: FamilySeeded, person: Person) -> bool:
    # People may have ended what ties somebody to the family since it was made.
    return person.key in seeded.spaces


def _name(person: Person) -> str:
    return f"{person.used_given_name} {person.used_family_name}"
