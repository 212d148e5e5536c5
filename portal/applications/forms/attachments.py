"""A file for a place."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField
from wtforms.validators import Length

from portal.platform.fields import text
from portal.platform.language import Text, say
from portal.platform.web import PortalForm


class FileForm(PortalForm):
    """One file, which has to be there."""

    file = FileField(text("파일", "File"))

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        if not (self.file.data and self.file.data.filename):
            self.file.errors = [*self.file.errors, say(Text("올릴 파일을 골라 주십시오.", "Choose a file to upload."))]
            return False
        return good


class UploadForm(FileForm):
    slot = HiddenField(validators=[Length(max=80)])
    slice = HiddenField(validators=[Length(max=32)])
    section = HiddenField(validators=[Length(max=40)])  # the page to return to; empty: the list of attachments
