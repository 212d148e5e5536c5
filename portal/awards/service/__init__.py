"""The verbs: recommend, propose, approve, publish, answer, promote."""

from portal.awards.service.approve import Approver, approve, approvers_of
from portal.awards.service.committee import record_sitting
from portal.awards.service.decide import propose, return_decision
from portal.awards.service.issue import cancel_award, issue_award
from portal.awards.service.matching import save_matching
from portal.awards.service.offer import accept_award, decline_award, expire_award
from portal.awards.service.promote import pass_over, promote, promote_round
from portal.awards.service.publish import publish
from portal.awards.service.scenarios import keep_solution, save_scenario
from portal.awards.service.table import close_table, open_table, recommend, reopen_table

__all__ = [
    "Approver",
    "accept_award",
    "approve",
    "approvers_of",
    "cancel_award",
    "close_table",
    "decline_award",
    "expire_award",
    "issue_award",
    "keep_solution",
    "open_table",
    "pass_over",
    "promote",
    "promote_round",
    "propose",
    "publish",
    "recommend",
    "record_sitting",
    "reopen_table",
    "return_decision",
    "save_matching",
    "save_scenario",
]
