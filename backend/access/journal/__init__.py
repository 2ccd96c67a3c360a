"""The journal: who did what to which record, when, for whom and why; checked by the phone."""
