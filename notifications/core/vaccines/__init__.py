"""Vaccines: the words of a calendar, and the engine that reads them."""

from notifications.core.vaccines.advise import Advisor, recommend_vaccines
from notifications.core.vaccines.catalogue import Files
from notifications.core.vaccines.checks import check_rules, situations_of
from notifications.core.vaccines.model import Products, Seasons, VaccineRules

__all__ = [
    "Advisor",
    "Files",
    "Products",
    "Seasons",
    "VaccineRules",
    "check_rules",
    "recommend_vaccines",
    "situations_of",
]
