"""Reading of CDA R2 documents: bytes in, structs out.

No database, no network, no clock. `document.read_cda` is the way in.

Source: HL7 CDA R2; ANS CI-SIS content modules; IHE PCC, PaLM and PHARM.
"""
