"""Uploaded files: what they are, whether they are safe, and copies of them that tell nothing.

Parsers never run in the portal's own process; see sandbox.py and parse.py.
"""

from __future__ import annotations

from portal.platform.files.antivirus import Scan, scan
from portal.platform.files.checking import WARNINGS, WIDTHS, Checked, check, clean_copy, page_png
from portal.platform.files.filename import FileName, clean_name
from portal.platform.files.kinds import CLEANED, KINDS, Kind, accept_attribute, kind_of
from portal.platform.files.refusals import FileRefused
from portal.platform.files.resident_number import (
    ResidentNumberFound,
    find_resident_numbers,
    refuse_resident_numbers,
)

__all__ = [
    "CLEANED",
    "KINDS",
    "WARNINGS",
    "WIDTHS",
    "Checked",
    "FileName",
    "FileRefused",
    "Kind",
    "ResidentNumberFound",
    "Scan",
    "accept_attribute",
    "check",
    "clean_copy",
    "clean_name",
    "find_resident_numbers",
    "kind_of",
    "page_png",
    "refuse_resident_numbers",
    "scan",
]
