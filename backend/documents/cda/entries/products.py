"""The product of an administration or a delivery."""

from xml.etree.ElementTree import Element

from msgspec.structs import replace

from backend.documents.cda import limits
from backend.documents.cda.concepts import codes_of, concept_of, label_of
from backend.documents.cda.entries.scope import Scope
from backend.documents.cda.model import Concept
from backend.documents.cda.tree import child, children

_PHARM = "{urn:hl7-org:pharm}"
_ATC = "2.16.840.1.113883.6.73"
_CLASSES = f"{_PHARM}asSpecializedKind/{_PHARM}generalizedMaterialKind/{_PHARM}code"
_SUBSTANCES = f"{_PHARM}ingredient/{_PHARM}ingredient/{_PHARM}code"


def product_of(element: Element, path: str, scope: Scope) -> Concept:
    """Read the code of a product; one that has none takes those of its class and substances.

    Source: HL7 Common Product Model, the `pharm` extension of IHE and of the
    summaries of Europe.

    Args:
        element: The statement.
        path: Where its material stands.
        scope: What surrounds it.
    """
    material = child(element, path)
    product = concept_of(child(material, "code"), scope.narrative)
    known = {(one.system, one.code) for one in codes_of(product)}
    more = [
        concept_of(one, scope.narrative)
        for place in (_CLASSES, _SUBSTANCES)
        for one in children(material, place)[: limits.CODINGS_MAX]
    ]
    added = [one for one in more if codes_of(one) and (one.system, one.code) not in known]
    if not added:
        return product
    return replace(product, translations=(*product.translations, *added))


def name_of_product(product: Concept, words: str | None, *others: str | None) -> str | None:
    """Choose what people read: the name of the product before that of its class.

    Args:
        product: Its code.
        words: What its own name says.
        others: What else may name it.
    """
    is_class = any(one.system == _ATC for one in codes_of(product)[:1])
    own = Concept(display=words) if is_class and product.code is None else Concept()
    return label_of(own) or label_of(product, words, *others)
