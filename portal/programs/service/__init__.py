"""The verbs of programs and calls."""

from portal.programs.service.calls import (
    amend_call,
    close_call,
    draft_call,
    extend_call,
    install_program,
    mark_decided,
    open_call,
)
from portal.programs.service.drafting import (
    CallFacts,
    NewProgram,
    change_draft,
    change_facts,
    clone_call,
    new_program,
    release_call,
    take_back,
)
from portal.programs.service.preview import make_preview
from portal.programs.service.questions import answer_question, ask_for_digest, ask_question, hide_question

__all__ = [
    "CallFacts",
    "NewProgram",
    "amend_call",
    "answer_question",
    "ask_for_digest",
    "ask_question",
    "change_draft",
    "change_facts",
    "clone_call",
    "close_call",
    "draft_call",
    "extend_call",
    "hide_question",
    "install_program",
    "make_preview",
    "mark_decided",
    "new_program",
    "open_call",
    "release_call",
    "take_back",
]  # fmt: skip
