"""Why a part of the structured record is refused."""

from backend.kernel.errors import InvalidInput


class MeasureIncomplete(InvalidInput):
    """A number that this kind of measure is made of is missing."""

    code = "measure-incomplete"


class MeasureOutOfRange(InvalidInput):
    """A number that no body can show."""

    code = "measure-out-of-range"


class MeasureUnitUnknown(InvalidInput):
    """A unit in which this kind of measure is not given."""

    code = "measure-unit-unknown"


class MeasureNumbersReversed(InvalidInput):
    """Two numbers of one measure stand in each other's place."""

    code = "measure-numbers-reversed"


class RelationMissing(InvalidInput):
    """An item of family history that does not say whose."""

    code = "relation-missing"


class TopicMissing(InvalidInput):
    """An item about habits that does not say which."""

    code = "topic-missing"
