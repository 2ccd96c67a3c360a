"""Every bound of the protocol."""

OPS_PER_PUSH_MAX = 500
SPACES_PER_SYNC_MAX = 50
PAGE_CHANGES_MAX = 500
PAGE_BYTES_MAX = 1024 * 1024
# Values of one record that did not stand, each as large as a record at most.
KEPT_PER_PAGE_MAX = 100
# Of one answer: the rest comes by the feed.
CURRENT_BYTES_MAX = 1024 * 1024
BODY_BYTES_MAX = 64 * 1024
REQUEST_BYTES_MAX = 1024 * 1024
FREE_TEXT_MAX = 20_000
OUTCOMES_KEPT_DAYS = 180
# A measure every ten minutes for four years, beside all else.
RECORDS_PER_SPACE_MAX = 200_000
# Far above what a person does, or a device that measures for them.
OPS_PER_DEVICE_AND_DAY_MAX = 200_000
