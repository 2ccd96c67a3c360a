"""Why a document is refused."""

from backend.kernel.errors import InvalidInput, Refusal


class DocumentTooLarge(Refusal):
    """The file is over the limit of what is kept."""

    code = "document-too-large"
    status = 413


class DocumentNotXml(InvalidInput):
    """The file is not well-formed XML, or not in an encoding that is read."""

    code = "document-not-xml"


class DocumentHostile(InvalidInput):
    """The file does what no document needs, and what attacks on readers do."""

    code = "document-hostile"


class DocumentNotCda(InvalidInput):
    """The file is XML, but not one CDA R2 document."""

    code = "document-not-cda"


class DocumentOtherPatient(InvalidInput):
    """The document is about somebody else."""

    code = "document-other-patient"


class DocumentWithoutIdentity(InvalidInput):
    """Nothing proves that the document is about the holder."""

    code = "document-without-identity"


class DocumentEmpty(InvalidInput):
    """There is nothing in the file."""

    code = "document-empty"


class DocumentFormatUnsupported(Refusal):
    """Files of this kind are not kept."""

    code = "document-format-unsupported"
    status = 415


class DocumentFormatMismatch(InvalidInput):
    """Content, extension and declared media type do not agree."""

    code = "document-format-mismatch"


class DocumentTypeNotOffered(InvalidInput):
    """A person may not file their own document under this type."""

    code = "document-type-not-offered"


class DocumentTitleNeeded(InvalidInput):
    """A file that does not say its title needs one, of at most a line."""

    code = "document-title-needed"


class DocumentIdReused(Refusal):
    """Another document with this identifier is in the space, with another content."""

    code = "document-id-reused"
    status = 409


class DocumentsFull(Refusal):
    """The space keeps as many bytes of documents as one may, of the person's own."""

    code = "documents-full"
    status = 409


class DepositsFull(Refusal):
    """A record takes no more bytes of this professional, of theirs or of anybody, or caregiver."""

    code = "deposits-full"
    status = 409


class UploadTooSlow(Refusal):
    """A file took too long to arrive, and its place is needed."""

    code = "upload-too-slow"
    status = 408


class DocumentsBusy(Refusal):
    """Too many documents are being read."""

    code = "documents-busy"
    status = 503
    retry_after_seconds = 10


class ContentUnavailable(Refusal):
    """The bytes of the document cannot be read here and now: a matter for the operator."""

    code = "document-content-unavailable"
    status = 503
    retry_after_seconds = 3600


class RangeNotSatisfiable(Refusal):
    """The range lies beyond the end of the document."""

    code = "range-not-satisfiable"
    status = 416
