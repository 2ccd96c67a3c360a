"""What people and scripts need to know to sign in as the family."""

from backend.demo.model import FamilySeeded, Fields, Person

_HOLDER = "holder"
_PROFESSIONAL = "professional"


def describe(seeded: FamilySeeded) -> Fields:
    """Return sign-in names, passwords, spaces and relations, ready for JSON."""
    return {
        "persons": [_person(seeded, one) for one in seeded.family.persons if _is_here(seeded, one)],
        "relations": [
            {"person": one.person, "by": one.by, "role": one.role, "code": one.code}
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
    identity = seeded.patients[person.key].identity
    assert identity.ins is not None
    return {
        "key": person.key,
        "name": name_of(person),
        "birth_date": identity.traits.birth_date.isoformat(),
        "ins": identity.ins.value,
        "ins_oid": identity.ins.oid.value,
        "space_id": str(seeded.spaces[person.key]),
        "login": None if sign_in is None else sign_in.login,
        "password": None if sign_in is None else sign_in.password,
        "spaces": [] if sign_in is None else _opened_by(seeded, person),
    }


def _opened_by(seeded: FamilySeeded, person: Person) -> list[Fields]:
    acted_for = [one for one in seeded.family.relations if one.by == person.key]
    return [_space(seeded, person.key, _HOLDER)] + [
        _space(seeded, one.person, one.role) for one in acted_for if one.person in seeded.spaces
    ]


def _space(seeded: FamilySeeded, key: str, role: str) -> Fields:
    return {
        "space_id": str(seeded.spaces[key]),
        "display_name": name_of(seeded.family.person(key)),
        "role": role,
    }


def _is_here(seeded: FamilySeeded, person: Person) -> bool:
    # People may have ended what ties somebody to the family since it was made.
    return person.key in seeded.spaces


def name_of(person: Person) -> str:
    """Return the names that somebody goes by."""
    return f"{person.used_given_name} {person.used_family_name}"
