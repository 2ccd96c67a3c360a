"""A ledger that can be checked by whoever holds a copy of its heads.

Chains of salted commitments, a Merkle tree over them, and signed tree heads.
It knows neither what an entry says nor where anything is stored.
Source: docs/decisions/0018-journal.md.
"""
