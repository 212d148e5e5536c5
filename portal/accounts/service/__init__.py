"""The verbs of accounts, split by what they are about."""

from portal.accounts.service.absences import end_absence, say_absent
from portal.accounts.service.organisations import (
    add_department,
    affiliate,
    create_organisation,
    end_affiliation,
    find_or_create_organisation,
    sanction,
)
from portal.accounts.service.people import (
    disable_account,
    enable_account,
    grant_role,
    join_double,
    note_reading,
    revoke_role,
    save_profile,
    save_reviewer_profile,
)
from portal.accounts.service.registration import (
    ask_reset,
    change_password,
    confirm,
    create_account,
    find_or_create_person,
    mint_mail_token,
    register,
    reset_password,
)
from portal.accounts.service.sessions import (
    close_session,
    open_session,
    pass_second_factor,
    reset_second_factor,
    revoke_all,
    sign_in,
    start_second_factor,
    sweep,
    touch_session,
)
from portal.accounts.service.throttles import count_code, count_sign_in

__all__ = [
    "add_department", "affiliate", "ask_reset", "change_password", "close_session", "confirm", "count_code",
    "count_sign_in", "create_account", "create_organisation", "disable_account", "enable_account",
    "end_absence", "end_affiliation", "find_or_create_organisation", "find_or_create_person", "grant_role", "join_double",
    "mint_mail_token", "note_reading", "open_session", "pass_second_factor", "register", "reset_password",
    "reset_second_factor", "revoke_all", "revoke_role", "sanction", "save_profile", "save_reviewer_profile",
    "say_absent", "sign_in", "start_second_factor", "sweep", "touch_session",
]  # fmt: skip
