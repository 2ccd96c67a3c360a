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
