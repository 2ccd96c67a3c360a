"""How much of a document is taken in.

The largest of the 47 published examples has 1.7 MB, 3,168 elements, 20 levels
and 6 attributes on one element; each limit leaves ample room above that.
"""

ELEMENTS_MAX = 200_000
DEPTH_MAX = 100
ATTRIBUTES_MAX = 64
NAMESPACES_MAX = 10_000
TOKEN_BYTES_MAX = 512 * 1024
"""One tag or one comment; the longest of the examples has 2 kB."""

SECTIONS_MAX = 500
DRAFTS_MAX = 1_000
PARTIES_MAX = 50
FILES_MAX = 100

REFERENCE_NODES_MAX = 2_000
"""Elements visited to resolve one reference: nested targets must not multiply."""
REFERENCE_CHARACTERS_MAX = 50_000
"""Characters read to resolve one reference, for the same reason."""

NARRATIVE_CHARACTERS_MAX = 500_000
"""Characters kept of the words of one section; the longest of the examples has 8,000."""
DENIAL_LENGTH_MAX = 500
"""Words that say that there is nothing are few; longer ones say more."""

LABEL_LENGTH_MAX = 500
LINE_LENGTH_MAX = 200
PARAGRAPH_LENGTH_MAX = 500
COMMENT_LENGTH_MAX = 3_000
CODE_LENGTH_MAX = 100
CODINGS_MAX = 20
REACTIONS_MAX = 20
UNIT_LENGTH_MAX = 40
NUMBER_MAX = 1e12

YEAR_MIN = 1850
YEAR_MAX = 2199
