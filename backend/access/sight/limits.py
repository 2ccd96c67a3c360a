"""Every bound of what is told of rights."""

ENTRIES_PER_PAGE_MAX = 200
