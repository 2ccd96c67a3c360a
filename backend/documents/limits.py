"""Every bound of this room."""

DOCUMENT_BYTES_MAX = 20 * 1024 * 1024
FILE_NAME_MAX = 255
TITLE_MAX = 500
# Reading a document takes a core and some memory; who comes when all is taken is asked to wait.
READERS_MAX = 2
READERS_WAITING_MAX = 20
# Twenty files of the largest size are 400 MiB of memory.
UPLOADS_MAX = 20
UPLOADS_PER_PERSON_MAX = 3
CHUNK_BYTES = 64 * 1024
CHUNKS_PER_PIECE = 16
# Ten thousand letters or six hundred scans: more than a life's record, less than a disk. Of the
# person and who represents them, and of everybody for a professional or an import.
SPACE_BYTES_MAX = 2 * 1024**3
# Of one professional or caregiver: a hundred letters or ten large scans in one person's record.
DEPOSITOR_BYTES_MAX = 200 * 1024**2
# Twenty megabytes over a bad mobile network; a place is held as long.
UPLOAD_SECONDS_MAX = 300.0
