"""Who gets what, written by hand: for every policy the roles it lets through, for every endpoint where it stands.

A `Rule` is a policy's row: the roles that pass, and what the others get (404 as if there were nothing, or 403; the
visitor is sent to sign in: 302, a post 401). A `Row` is one endpoint with the object it is asked for; where an
endpoint or another state of the object answers otherwise, the row says `but`. An allowed GET answers 200, an allowed
POST with an empty body anything but 401, 403, 404 and 5xx (`ok`): its form may refuse what is missing.

A new endpoint or policy fails `test_matrix.py` until it stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.integration.access.world import ROLES

OK = "ok"
Answer = int | str
SIGNED_IN = " ".join(role for role in ROLES if role not in ("anonymous", "disabled"))
EVERYBODY = " ".join(ROLES)
NOBODY = ""
OFFICE = "officer administrator"  # of the call, whom no conflict bars
WHOLE_OFFICE = "officer barred_officer administrator"
LOOKS_AFTER_PEOPLE = "officer other_officer barred_officer administrator auditor"
TEAM = "owner co_applicant"


@dataclass(frozen=True)
class Row:
    """`arguments`: `public_id=draft section=all`, values are names of the world or stand for themselves."""

    endpoint: str
    methods: str = "GET"
    arguments: str = ""
    body: str = ""  # what an allowed post needs to get past choosing its object
    get: int = 200  # what an allowed GET answers
    allowed: str | None = None  # instead of the rule's
    but: dict[str, Answer] = field(default_factory=dict)  # role -> what it gets, on every method of the row
    refused: int | None = None


@dataclass(frozen=True)
class Rule:
    allowed: str
    refused: int
    rows: tuple[Row, ...]
    but: dict[str, Answer] = field(default_factory=dict)
    visitors: bool = False  # no sign-in is asked for
    bearer: bool = False  # knowing the link is the right: there is nobody whom an Allow would let in
    asked: tuple[str, ...] = ROLES  # of roles that all get the same, a few are asked


def get(endpoint: str, arguments: str = "", **more: object) -> Row:
    return Row(endpoint, "GET", arguments, **more)  # type: ignore[arg-type]


def post(endpoint: str, arguments: str = "", body: str = "", **more: object) -> Row:
    return Row(endpoint, "POST", arguments, body, **more)  # type: ignore[arg-type]


def both(endpoint: str, arguments: str = "", body: str = "", **more: object) -> Row:
    return Row(endpoint, "GET POST", arguments, body, **more)  # type: ignore[arg-type]


FEW = ("anonymous", "owner", "officer", "disabled")
DRAFT = "public_id=draft"
CALL = "public_id=call"
MINE = "public_id=assigned:1"
PANEL = "public_id=panel"
RANKED = "public_id=waiting_call"
CHOSEN = "public_id=matching_call"
ROUTED = "public_id=routing_call"
PERSON = "public_id=person:spare"
SEED = "public_id=seed_call"
HEARING = "public_id=hearing"
MEETS = "public_id=meeting_panel"
BATCH = f"{CALL} batch_id=batch"

RULES: dict[str, Rule] = {
    "public": Rule(
        EVERYBODY, 404, visitors=True, bearer=True, asked=FEW,
        rows=(
            get("desks_public.home"), get("desks_public.programs"), get("desks_public.program", "code=WBL"), get("desks_public.schema"),
            get("desks_public.fund"), get("desks_public.tax"), get("desks_public.awards"),
            get("desks_public.help_page"), get("awards.dossier_verifier"), get("desks_public.accessibility"), get("desks_public.privacy"),
            get("health"), get("choose_language", "code=en", get=302),
            both("accounts.sign_in"), both("accounts.register"), get("accounts.registered"),
            both("accounts.ask_reset"), get("accounts.reset_asked"), post("accounts.sign_out"),
            both("accounts.confirm", "token=nothing", get=410), both("accounts.reset", "token=nothing", get=410),
            post("accounts.try_as", body="person=person:spare"),
            post("accounts.try_as", body="person=unknown", allowed=NOBODY),
            both("applications.reference", "token=reference_token"), both("applications.reference", "token=nothing", get=410),
            post("applications.decline_reference", "token=reference_token"),
            post("applications.decline_reference", "token=nothing"),
            both("routing.seat", "token=seat_token"), both("routing.seat", "token=unknown", allowed=NOBODY),
            both("routing.decline", "token=assignment_token"), both("routing.decline", "token=unknown", allowed=NOBODY),
        ),
    ),
    "platform.access.signed_in": Rule(
        SIGNED_IN, 403, asked=(*FEW, "assigned", "auditor"),
        rows=(
            both("accounts.profile"), both("accounts.password"), get("accounts.sessions"),
            both("accounts.second_factor"), post("accounts.start_second_factor"),
            both("accounts.add_affiliation"), post("accounts.end_affiliation", body="affiliation=0"),
            post("accounts.end_session", body="session=0", allowed=NOBODY, refused=404),
            post("accounts.end_other_sessions"),
            get("desks_applicant.applications"), get("notifications.inbox"),
            get("desks_reviewer.reviews"), both("desks_reviewer.submit", get=302),
            both("accounts.absence"), get("desks_person.data"), both("desks_person.close"),
            both("accounts.my_relations"),
            post("desks_person.ask_copy"),
            post("desks_person.withdraw_consent", body="member=own_place", allowed=NOBODY, refused=404),
            post("accounts.end_absence", body="absence=absence:assigned", allowed="assigned", refused=404),
        ),
    ),
    # --- people ---
    "accounts.reads_people": Rule(LOOKS_AFTER_PEOPLE, 403, rows=(get("accounts.people"), get("accounts.doubles"), post("accounts.look_for_doubles"))),
    "accounts.reads_person": Rule(LOOKS_AFTER_PEOPLE, 404, rows=(get("accounts.person", PERSON), get("accounts.relations", PERSON))),
    "accounts.decides_double": Rule(
        "administrator", 404,
        but={"officer": 403, "other_officer": 403, "barred_officer": 403, "auditor": 403},
        rows=(both("accounts.double", "double_id=double"),),
    ),
    "accounts.records_relations": Rule(
        "officer other_officer barred_officer administrator", 404, but={"auditor": 403},
        rows=(
            post("accounts.record_relation", PERSON),
            post("accounts.withdraw_relation", PERSON, "relation=relation:spare"),
        ),
    ),
    "accounts.changes_roles": Rule(
        "administrator barred_officer", 404, but={"officer": 403, "other_officer": 403, "auditor": 403},
        rows=(
            post("accounts.grant_role", PERSON), post("accounts.revoke_role", PERSON, "grant=grant:spare"),
        ),
    ),
    "accounts.changes_standing": Rule(
        "administrator", 404,
        but={"officer": 403, "other_officer": 403, "barred_officer": 403, "auditor": 403},
        rows=(
            post("accounts.disable", PERSON), post("accounts.enable", PERSON),
            post("accounts.reset_second_factor", PERSON),
        ),
    ),
    "accounts.reviews": Rule(
        "assigned unassigned conflicted chair", 403, rows=(both("accounts.reviewer_profile"),)
    ),
    # --- calls ---
    "programs.reads_call": Rule(
        EVERYBODY, 404, visitors=True,
        rows=(
            get("desks_public.call", "public_id=open_call"), get("desks_public.call", CALL),
            get("desks_public.call", "public_id=hidden_call", allowed=NOBODY),
            get("programs.questions", "public_id=asking_call"), get("programs.questions", CALL),
            get("programs.questions", "public_id=hidden_call", allowed=NOBODY),
            both("programs.eligibility", "public_id=asking_call"), both("programs.eligibility", CALL, allowed=NOBODY),
            get("programs.eligibility_result", "public_id=asking_call", get=302),
        ),
    ),
    "programs.officer_of_call": Rule(
        WHOLE_OFFICE, 404,
        rows=(
            get("desks_officer.call", CALL),
            get("desks_officer.call", "public_id=foreign_call", allowed="other_officer administrator"),
            get("desks_officer.call", "public_id=hidden_call"),
            get("desks_officer.call", "public_id=preview_call", allowed=NOBODY),
            get("programs.settings", CALL), get("programs.settings", SEED), get("programs.regime", SEED),
            both("programs.facts", SEED), both("programs.part", f"{SEED} place=stages.0"),
            post("programs.move", f"{SEED} place=stages.0", "to=down"),
            post("programs.remove", f"{SEED} place=sections.0.questions.0"),
            post("programs.release", SEED), post("programs.take_back", SEED),
            get("desks_preview.preview", SEED), post("desks_preview.begin", SEED), post("desks_preview.review", SEED),
            get("desks_officer.applications", CALL), get("desks_officer.applications", "public_id=open_call"),
            get("notifications.messages", CALL), post("notifications.settle", f"{CALL} letter_id=letter"),
            get("ranking.ranking", CALL), get("ranking.ranking", RANKED),
            get("reviews.progress", CALL), get("reviews.reviewers", CALL),
            post("reviews.remind", CALL, "stage=paper"), post("reviews.close", CALL, "stage=paper"),
            get("routing.conflicts", CALL), get("routing.check_person", CALL), get("routing.routing", CALL), get("routing.routing", ROUTED),
            both("screening.decide_together", ROUTED, "stage=paper"),
            both("routing.form_panel", ROUTED, "stage=paper"), post("routing.run", ROUTED, "stage=paper"),
            post("routing.publish", ROUTED, "stage=paper"), post("routing.discard", ROUTED, "stage=paper"),
            post("routing.make_chair", f"{ROUTED} seat_id=seat:invited"),
            get("routing.pairs", CALL), get("routing.pairs", ROUTED),
            post("routing.download_pairs", ROUTED, "stage=paper"), post("routing.upload_pairs", ROUTED, "stage=paper"),
            post("routing.set_standby", f"{ROUTED} seat_id=seat:invited"),
            post("routing.draw", ROUTED, "stage=paper"),
            post("routing.try_change", ROUTED, "stage=paper change=load person=routed_reviewer load=1"),
            both("routing.trial", f"{ROUTED} run_id=trial"),
            both("routing.trial", f"{CALL} run_id=trial", allowed=NOBODY),
            get("awards.awards", "public_id=undecided_call"),
            post("awards.propose", RANKED, "stage=final", but={"barred_officer": 403}),
            get("screening.queue", ROUTED), post("screening.open_review", ROUTED, "stage=paper"),
            get("programs.office_questions", "public_id=asking_call"),
            get("applications.deadlines", CALL), get("applications.deadlines", "public_id=late_call"),
            post("applications.extend_one", "public_id=open_call"),
            post("applications.issue_code", "public_id=late_call"),
            post("applications.issue_code", CALL, allowed=NOBODY),
            # lists and letters
            post("desks_officer.download", CALL), post("desks_officer.download", "public_id=open_call"),
            post("desks_officer.save_filter", CALL),
            post("desks_officer.delete_filter", f"{CALL} filter_id=filter", allowed="officer"),
            both("desks_officer.write_letters", CALL), both("desks_officer.write_letters", "public_id=open_call"),
            get("desks_officer.templates", CALL), both("desks_officer.new_template", CALL),
        ),
    ),
    "programs.administrator_of_call": Rule(
        "administrator barred_officer", 404, rows=(post("applications.extend", "public_id=open_call"),)
    ),
    "programs.asks_question": Rule(
        SIGNED_IN, 404,
        rows=(
            post("programs.ask", "public_id=asking_call"),
            post("programs.ask", "public_id=hidden_call", allowed=NOBODY),
        ),
    ),
    "programs.answers_question": Rule(
        WHOLE_OFFICE, 404,
        rows=(
            both("programs.answer", "public_id=asking_call question_id=waiting_question"),
            both("programs.answer", f"{CALL} question_id=waiting_question", allowed=NOBODY),
            post("programs.hide", "public_id=asking_call question_id=waiting_question"),
        ),
    ),
    # --- an application in draft: its team, by membership ---
    "applications.applies": Rule(
        SIGNED_IN, 404,
        rows=(
            both("applications.start", "public_id=open_call"),
            both("applications.start", "public_id=hidden_call", allowed=NOBODY),
            both("applications.start", "public_id=preview_call", allowed=WHOLE_OFFICE),
        ),
    ),
    "applications.views_application": Rule(
        TEAM, 404,
        rows=(
            get("desks_applicant.cockpit", DRAFT), get("desks_applicant.cockpit", "public_id=app"),
            get("desks_applicant.cockpit", "public_id=other_app", allowed="other_applicant"),
            get("desks_applicant.cockpit", "public_id=decided_app", allowed="owner"),
            get("desks_applicant.cockpit", "public_id=undecided_app", allowed="owner"),
            get("desks_applicant.opinions", "public_id=app"),
            get("desks_applicant.opinions", "public_id=declined_app", allowed="other_applicant"),
            post("desks_applicant.remind", DRAFT),
            get("applications.attachments", DRAFT), get("applications.budget", DRAFT),
            get("applications.budget_template", DRAFT), get("applications.check", DRAFT),
            get("applications.means", DRAFT), get("applications.section", f"{DRAFT} section=all"),
            both("applications.institutions", DRAFT), both("applications.members", DRAFT),
            post("applications.ask_confirmation", f"{DRAFT} institution=lead"),
            post("applications.invite", f"{DRAFT} institution=invited"),
            post("applications.remove_institution", f"{DRAFT} institution=invited"),
            post("applications.remind_member", f"{DRAFT} member=member"),
            post("applications.remove_member", f"{DRAFT} member=member"),
            get("applications.receipt", "public_id=app"), get("applications.submitted", "public_id=app"),
            get("applications.receipt_pdf", "public_id=app"),
            get("applications.receipt_content", "public_id=app", but={"co_applicant": 403}),
            get("applications.receipt", DRAFT, allowed=NOBODY),
            get("applications.references", DRAFT), get("applications.references", "public_id=app"),
            get("applications.references", "public_id=other_app", allowed="other_applicant"),
        ),
    ),
    "applications.edits_application": Rule(
        "owner", 404, but={"co_applicant": 403},
        rows=(both("applications.title", DRAFT), post("applications.save_means", DRAFT)),
    ),
    "applications.edits_slice": Rule(
        "owner", 404, but={"co_applicant": 403},
        rows=(
            post("applications.save_section", f"{DRAFT} section=all"),
            post("applications.autosave", f"{DRAFT} section=all"),
            post("applications.save_budget", DRAFT, "slice=lead"),
            post("applications.save_budget", DRAFT, "slice=partner", but={"owner": 403}),
            post("applications.paste_budget", DRAFT, "slice=lead"),
            post("applications.upload", DRAFT, "slot=plan"),
        ),
    ),
    "applications.reads_attachment": Rule(
        TEAM, 404,
        rows=(
            get("applications.download", f"{DRAFT} attachment_id=file"),
            get("applications.download", f"{DRAFT} attachment_id=slice_file", allowed="owner"),
            get("applications.download", f"{DRAFT} attachment_id=document", allowed=NOBODY),
        ),
    ),
    "applications.edits_attachment": Rule(
        "owner", 404, but={"co_applicant": 403},
        rows=(post("applications.remove_attachment", f"{DRAFT} attachment_id=file"),),
    ),
    "applications.leads_application": Rule(
        "owner", 404, but={"co_applicant": 403},
        rows=(
            post("applications.submit", DRAFT), both("applications.withdraw", DRAFT),
            post("applications.reinstate", DRAFT),
            both("applications.late_code", "public_id=late_draft"),
            both("applications.late_code", DRAFT, allowed=NOBODY, but={"co_applicant": 403}),
            post("applications.name_referee", DRAFT),
            post("applications.ask_referee_again", f"{DRAFT} reference_id=reference"),
            post("applications.remove_referee", f"{DRAFT} reference_id=reference"),
        ),
    ),
    "applications.views_reopening": Rule(
        TEAM, 404,
        rows=(
            get("applications.reopening", "public_id=reopened_app reopening_id=reopening"),
            get("applications.reopening", "public_id=app reopening_id=reopening", allowed=NOBODY),
        ),
    ),
    "applications.hands_in_reopening": Rule(
        "owner", 404, but={"co_applicant": 403},
        rows=(post("applications.hand_in_reopening", "public_id=reopened_app reopening_id=reopening"),),
    ),
    "applications.answers_invitation": Rule(
        EVERYBODY, 404, visitors=True, bearer=True, asked=FEW,
        rows=(
            both("applications.join", "token=join_token"),
            both("applications.join", "token=consent_token", allowed=NOBODY),
        ),
    ),
    "applications.answers_consent": Rule(
        EVERYBODY, 404, visitors=True, bearer=True, asked=FEW,
        rows=(
            both("applications.consent", "token=consent_token"),
            both("applications.consent", "token=join_token", allowed=NOBODY),
        ),
    ),
    "applications.answers_confirmation": Rule(
        EVERYBODY, 404, visitors=True, bearer=True, asked=FEW,
        rows=(
            both("applications.confirm", "token=confirm_token"),
            both("applications.confirm", "token=join_token", allowed=NOBODY),
        ),
    ),
    # --- reviewing ---
    "reviews.opens_review": Rule(
        "assigned", 404,
        rows=(
            get("reviews.review", MINE), get("reviews.review", "public_id=conflicted:1", allowed=NOBODY),
            get("reviews.review", "public_id=conflicted:2", allowed="conflicted"),
            get("reviews.review", "public_id=chair:1", allowed="chair"),
            get("reviews.review", "public_id=chair:2", allowed="chair", get=302),
            get("reviews.review", "public_id=past_assignment", allowed=NOBODY),
            get("reviews.review", "public_id=declined_assignment", allowed=NOBODY),
        ),
    ),
    "reviews.reviews_application": Rule(
        "assigned", 404,
        rows=(
            get("reviews.document", f"{MINE} attachment_id=document"),
            get("reviews.document", f"{MINE} attachment_id=file", allowed=NOBODY),
            get("reviews.document", "public_id=conflicted:1 attachment_id=document", allowed=NOBODY),
            get("reviews.document", "public_id=chair:2 attachment_id=document", allowed=NOBODY),
            get("reviews.document_page", f"{MINE} attachment_id=document number=1"),
            get("reviews.receipt", MINE), post("reviews.save", "public_id=assigned:2"),
            post("reviews.autosave", "public_id=assigned:2"),
            both("reviews.submit", "public_id=assigned:2", get=302),
            get("reviews.document", f"{MINE} attachment_id=letter_file"),
            get("reviews.document_page", f"{MINE} attachment_id=letter_file number=1"),
            get("reviews.document", "public_id=assigned:2 attachment_id=letter_file", allowed=NOBODY),
            get("reviews.document", "public_id=conflicted:1 attachment_id=letter_file", allowed=NOBODY),
            get("reviews.document", "public_id=chair:2 attachment_id=letter_file", allowed=NOBODY),
            post("reviews.save", "public_id=conflicted:1", allowed=NOBODY),
            post("reviews.save", "public_id=chair:2", allowed=NOBODY),
            post("reviews.save", "public_id=past_assignment", allowed=NOBODY),
            both("reviews.submit", "public_id=past_assignment", allowed=NOBODY),
            both("reviews.submit", "public_id=chair:2", allowed=NOBODY),
        ),
    ),
    "reviews.reviews_panel": Rule(
        "assigned conflicted chair", 404,
        rows=(get("reviews.batch", PANEL), get("reviews.batch", "public_id=past_panel", allowed=NOBODY)),
    ),
    "reviews.takes_packet": Rule(
        "assigned conflicted chair", 404,
        rows=(
            both("reviews.packet", PANEL), both("reviews.packet", "public_id=past_panel", allowed=NOBODY),
            get("reviews.packet_pdf", f"{PANEL} packet_id=packet", allowed="assigned"),
        ),
    ),
    "reviews.uses_sheet": Rule(
        "assigned conflicted chair", 404,
        rows=(
            both("reviews.sheet", PANEL), get("reviews.sheet_xlsx", PANEL), post("reviews.sheet_save", PANEL),
            post("reviews.sheet_save", "public_id=past_panel", allowed=NOBODY),
        ),
    ),
    "routing.answers_declaration": Rule(
        "chair", 404,
        rows=(
            both("routing.conflict", "public_id=chair:2"),
            both("routing.conflict", "public_id=conflicted:1", allowed=NOBODY),
            both("routing.conflict", "public_id=past_assignment", allowed=NOBODY),
        ),
    ),
    "routing.holds_seat": Rule(
        "assigned", 404,
        rows=(
            both("routing.answer", "public_id=seat:assigned"), both("routing.pledge", "public_id=seat:assigned"),
            both("routing.pledge", "public_id=seat:past"),
        ),
    ),
    # --- sessions ---
    "routing.runs_sessions": Rule(
        OFFICE, 404,
        rows=(
            get("routing.office_sessions", HEARING),
            get("routing.office_sessions", "public_id=panel", allowed=NOBODY),
            post("routing.plan_sessions", HEARING), post("routing.draw_sessions", HEARING),
            post("routing.publish_sessions", HEARING),
        ),
    ),
    "routing.runs_session": Rule(
        OFFICE, 404,
        rows=(
            both("routing.change_session", f"{HEARING} session_id=slot:free"),
            both("routing.change_session", f"{HEARING} session_id=slot:mine"),
            both("routing.change_session", "public_id=panel session_id=slot:free", allowed=NOBODY),
            post("routing.remove_session", f"{HEARING} session_id=slot:free"),
        ),
    ),
    "routing.reads_sessions": Rule(
        f"assigned conflicted chair {OFFICE}", 404,
        rows=(
            get("routing.panel_sessions", HEARING), get("routing.panel_calendar", HEARING),
            get("routing.panel_sessions", "public_id=panel", allowed=NOBODY),
        ),
    ),
    "routing.reads_session": Rule(
        f"assigned chair {OFFICE}", 404,
        rows=(
            get("routing.panel_session", f"{HEARING} session_id=slot:over"),
            get("routing.panel_session", f"{HEARING} session_id=slot:mine"),
            get("routing.panel_session", f"{HEARING} session_id=slot:other", allowed=f"assigned conflicted {OFFICE}"),
            get("routing.panel_session", f"{HEARING} session_id=slot:free", allowed=NOBODY),
            get("routing.panel_session", f"{HEARING} session_id=slot:unpublished", allowed=NOBODY),
        ),
    ),
    "routing.keeps_session": Rule(
        f"chair {OFFICE}", 404, but={"assigned": 403},
        rows=(
            post("routing.start_session", f"{HEARING} session_id=slot:over"),
            post("routing.note_absence", f"{HEARING} session_id=slot:over"),
            post("routing.write_minutes", f"{HEARING} session_id=slot:over"),
            post("routing.write_minutes", f"{HEARING} session_id=slot:other", allowed=OFFICE,
                 but={"assigned": 403, "conflicted": 403}),
        ),
    ),
    "routing.views_session": Rule(
        TEAM, 404,
        rows=(
            get("routing.session", "public_id=heard_app"), get("routing.session_calendar", "public_id=heard_app"),
            get("routing.session", "public_id=other_heard_app", allowed="other_applicant"),
            get("routing.session", "public_id=unheard_app", allowed=NOBODY),
        ),
    ),
    "routing.answers_session": Rule(
        "owner", 404, but={"co_applicant": 403},
        rows=(
            post("routing.confirm_session", "public_id=heard_app"), post("routing.exchange_session", "public_id=heard_app"),
            post("routing.answer_swap", "public_id=heard_app", "swap=swap:wished answer=refuse"),
            post("routing.answer_swap", "public_id=heard_app", "swap=swap:asked answer=accept", allowed=NOBODY,
                 but={"co_applicant": 403}),
            post("routing.take_back_swap", "public_id=heard_app", "swap=swap:asked"),
        ),
    ),
    # --- a panel in session ---
    "reviews.attends_meeting": Rule(
        f"assigned conflicted chair auditor {WHOLE_OFFICE}", 404,
        rows=(
            get("reviews.meeting", MEETS), get("reviews.meeting", "public_id=panel", allowed=NOBODY),
            post("reviews.presence", MEETS, "seat=meeting_seat state=present", allowed=f"assigned chair {WHOLE_OFFICE}",
                 but={"conflicted": 403, "auditor": 403}),
            post("reviews.presence", MEETS, "state=present", allowed="assigned conflicted chair"),
        ),
    ),
    "reviews.leads_meeting": Rule(
        f"chair {WHOLE_OFFICE}", 404, but={"assigned": 403, "conflicted": 403, "auditor": 403},
        rows=(
            post("reviews.minutes", MEETS), post("reviews.put_motion", MEETS),
            post("reviews.close_meeting", MEETS, allowed=f"chair {OFFICE}",
                 but={"assigned": 403, "conflicted": 403, "auditor": 403}),
            post("ranking.open_meeting", MEETS),
        ),
    ),
    "reviews.discusses_item": Rule(
        f"assigned chair auditor {OFFICE}", 404,
        rows=(
            get("reviews.meeting_item", f"{MEETS} entry_id=meeting_entry"),
            get("reviews.meeting_item", f"{MEETS} entry_id=meeting_other", allowed=f"assigned conflicted chair auditor {WHOLE_OFFICE}"),
            post("reviews.take_up", f"{MEETS} entry_id=meeting_entry", allowed=f"chair {OFFICE}",
                 but={"assigned": 403, "auditor": 403}),
            post("reviews.conclude", f"{MEETS} entry_id=meeting_entry"),
            post("reviews.revise", f"{MEETS} entry_id=meeting_entry", allowed="assigned"),
        ),
    ),
    "reviews.votes_on_motion": Rule(
        f"assigned chair auditor {OFFICE}", 404,
        rows=(
            get("reviews.motion", f"{MEETS} motion_id=motion"), post("reviews.vote", f"{MEETS} motion_id=motion"),
            post("reviews.close_motion", f"{MEETS} motion_id=motion", allowed=f"chair {OFFICE}",
                 but={"assigned": 403, "auditor": 403}),
        ),
    ),
    # --- panels' tables, decisions, awards ---
    "awards.reads_table": Rule(
        f"assigned chair auditor {WHOLE_OFFICE}", 404,
        rows=(
            get("awards.table", "public_id=open_panel"),
            get("awards.table", "public_id=decided_panel", allowed=f"auditor {WHOLE_OFFICE}"),
        ),
    ),
    "awards.writes_table": Rule(
        "assigned chair", 404, but={"auditor": 403} | dict.fromkeys(WHOLE_OFFICE.split(), 403),
        rows=(
            post("awards.save_table", "public_id=open_panel"),
            post("awards.save_table", "public_id=decided_panel", allowed=NOBODY,
                 but={"auditor": 403} | dict.fromkeys(WHOLE_OFFICE.split(), 403)),
        ),
    ),
    "awards.closes_table": Rule(
        "chair", 404, but={"assigned": 403, "auditor": 403} | dict.fromkeys(WHOLE_OFFICE.split(), 403),
        rows=(post("awards.close_table", "public_id=open_panel"),),
    ),
    "awards.opens_table": Rule(
        f"assigned chair {WHOLE_OFFICE}", 404, but={"auditor": 403},
        rows=(post("awards.open_table", "public_id=open_panel"),),
    ),
    "awards.reopens_table": Rule(
        WHOLE_OFFICE, 404, but={"assigned": 403, "chair": 403, "auditor": 403},
        rows=(post("awards.reopen_table", "public_id=open_panel"),),
    ),
    "awards.publishes_decision": Rule(OFFICE, 404, rows=(post("awards.publish", "public_id=undecided"),)),
    "awards.records_sitting": Rule(OFFICE, 404, rows=(post("awards.record_sitting", "public_id=undecided"),)),
    "awards.approves_decision": Rule(
        "administrator", 404, but={"officer": 403}, rows=(post("awards.approve", "public_id=undecided"),)
    ),
    "awards.promotes_reserves": Rule(
        "administrator", 404, but={"officer": 403},
        rows=(post("awards.promote", "public_id=undecided"), post("awards.pass_over", "public_id=undecided")),
    ),
    "awards.returns_decision": Rule(
        OFFICE, 404, rows=(post("awards.return_decision", "public_id=undecided"),)
    ),
    "awards.reads_decision": Rule(
        EVERYBODY, 404, visitors=True,
        rows=(
            get("awards.decision", "public_id=decision"), get("awards.dossier", "public_id=decision"),
            get("awards.dossier_on_paper", "public_id=decision"), get("awards.dossier_on_paper", "public_id=undecided", allowed=NOBODY),
            get("awards.dossier", "public_id=undecided", allowed=NOBODY),
            get("awards.decision", "public_id=undecided", allowed=f"auditor {OFFICE}"),
        ),
    ),
    "awards.reads_award": Rule(
        f"owner auditor {WHOLE_OFFICE}", 404,
        rows=(
            get("awards.offer", "public_id=award"),
            get("awards.offer", "public_id=reserved_award", allowed=f"auditor {OFFICE}"),
        ),
    ),
    "awards.answers_award": Rule(
        "owner", 404, but={"auditor": 403} | dict.fromkeys(WHOLE_OFFICE.split(), 403),
        rows=(
            post("awards.accept", "public_id=award"), post("awards.decline", "public_id=award"),
            post("awards.accept", "public_id=reserved_award", allowed=NOBODY,
                 but={"auditor": 403} | dict.fromkeys(OFFICE.split(), 403)),
        ),
    ),
    # --- the office ---
    "desks.officer.works_in_office": Rule(
        "officer other_officer barred_officer administrator", 403,
        rows=(get("desks_officer.office"), post("desks_officer.retry", "job_id=job")),
    ),
    "desks.officer.minds_jobs": Rule(LOOKS_AFTER_PEOPLE, 403, rows=(get("desks_officer.jobs"),)),
    "desks.officer.reads_office_application": Rule(
        "officer administrator auditor", 404,
        rows=(
            get("desks_officer.application", "public_id=app"),
            get("desks_officer.application", "public_id=other_app",
                allowed="officer barred_officer administrator auditor"),
            get("desks_officer.application", DRAFT, allowed=NOBODY),
        ),
    ),
    "desks.officer.reads_office_letter": Rule(
        "officer administrator auditor", 404,
        rows=(
            get("desks_officer.letter", "public_id=app reference_id=letter_file"),
            get("desks_officer.letter", "public_id=other_app reference_id=letter_file", allowed=NOBODY),
            get("desks_officer.letter", f"{DRAFT} reference_id=reference", allowed=NOBODY),
        ),
    ),
    "desks.auditor.audits": Rule("auditor", 403, rows=(get("desks_auditor.audit"),)),
    "screening.decides_screening": Rule(
        WHOLE_OFFICE, 404,
        rows=(
            both("screening.screening", "public_id=screening"),
            both("screening.screening", "public_id=screening:1", allowed=OFFICE),
            post("screening.ask_to_complete", "public_id=screening"),
            post("screening.take_request_back", "public_id=screening"),
        ),
    ),
    "routing.settles_conflict": Rule(
        OFFICE, 404,
        rows=(
            both("routing.settle", f"{CALL} conflict_id=conflict:conflicted"),
            both("routing.settle", f"{CALL} conflict_id=conflict:officer",
                 allowed="barred_officer administrator"),
            both("routing.settle", f"{ROUTED} conflict_id=conflict:conflicted", allowed=NOBODY),
        ),
    ),
    "routing.swaps_reviewer": Rule(
        OFFICE, 404,
        rows=(
            both("routing.swap", f"{CALL} assignment_id=assigned:1"),
            both("routing.swap", f"{ROUTED} assignment_id=draft_assignment", allowed=WHOLE_OFFICE),
            both("routing.swap", f"{ROUTED} assignment_id=assigned:1", allowed=NOBODY),
        ),
    ),
    "ranking.works_on_ranking": Rule(
        OFFICE, 404,
        rows=(
            post("ranking.again", RANKED, "stage=final"), post("ranking.export", RANKED, "stage=final"),
            post("ranking.replay", RANKED, "stage=final"),
            get("awards.scenarios", f"{RANKED} stage=final"), post("awards.save_scenario", RANKED, "stage=final"),
            get("awards.matching", f"{CHOSEN} stage=final"), post("awards.save_matching", CHOSEN, "stage=final"),
            post("awards.export_matching", CHOSEN, "stage=final matching=matching"),
            post("awards.promote_round", CHOSEN, "stage=final matching=matching"),
            get("ranking.measurements", f"{ROUTED} stage=paper", allowed=WHOLE_OFFICE),
            post("ranking.measurements", ROUTED, "stage=paper", allowed=WHOLE_OFFICE),
        ),
    ),
    "ranking.judges_conditions": Rule(
        OFFICE, 404,
        rows=(
            both("ranking.condition", f"{RANKED} entry_id=waiting_entry"),
            both("ranking.one_more", f"{RANKED} entry_id=waiting_entry"),
            post("ranking.adjustment", f"{ROUTED} entry_id=routed_entry", allowed=WHOLE_OFFICE),
        ),
    ),
    # --- money, letters ---
    "budgets.reads_budget": Rule("budget_officer line_officer auditor", 403, rows=(get("budgets.tree"),)),
    "budgets.reads_line": Rule(
        "budget_officer auditor", 404,
        rows=(
            get("budgets.line", "public_id=line"),
            get("budgets.line", "public_id=gpu_line", allowed="budget_officer line_officer auditor"),
        ),
    ),
    "budgets.changes_cap": Rule(
        "budget_officer", 404, but={"auditor": 403},
        rows=(
            post("budgets.change_cap", "public_id=line"),
            post("budgets.change_cap", "public_id=gpu_line", allowed="budget_officer line_officer",
                 but={"auditor": 403}),
        ),
    ),
    "budgets.lifts_freeze": Rule("budget_officer", 403, rows=(post("budgets.lift"),)),
    "budgets.opens_line": Rule("budget_officer", 403, rows=(both("budgets.new_line"),)),
    "programs.works_on_programs": Rule(
        "officer other_officer barred_officer administrator", 403, rows=(get("programs.programs"),)
    ),
    "programs.makes_programs": Rule("administrator", 403, rows=(both("programs.new_program"),)),
    "programs.makes_calls": Rule(WHOLE_OFFICE, 404, rows=(both("programs.new_call", "code=WBL"),)),
    # --- personal data ---
    "desks.person.takes_copy": Rule("owner", 404, rows=(get("desks_person.take_copy", "public_id=copy"),)),
    "desks.person.erases_people": Rule("administrator", 403, rows=(both("desks_person.erasure"),)),
    "notifications.reads_letter": Rule("owner", 404, rows=(get("notifications.letter", "public_id=letter"),)),
    "notifications.works_on_batch": Rule(
        OFFICE, 404,
        rows=(
            get("desks_officer.batch", BATCH), get("desks_officer.batch", "public_id=routing_call batch_id=batch", allowed=NOBODY),
            post("desks_officer.confirm_batch", BATCH), post("desks_officer.restage_batch", BATCH),
            post("desks_officer.discard_batch", BATCH),
        ),
    ),
    "notifications.changes_template": Rule(
        WHOLE_OFFICE, 404,
        rows=(
            both("desks_officer.template", f"{CALL} template_id=template"),
            both("desks_officer.template", "public_id=foreign_call template_id=template", allowed=NOBODY),
            both("desks_officer.template", f"{CALL} template_id=everywhere", allowed="administrator",
                 but={"officer": 403, "barred_officer": 403}),
            post("desks_officer.delete_template", f"{CALL} template_id=template"),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """A text, or the public id of a thing of the world, that stands on a page for these roles and for no other."""

    endpoint: str
    text: str
    seen_by: str
    arguments: str = ""
    query: str = ""


SIGHTS: tuple[Sight, ...] = (
    # drafts and submissions are sealed: own list, nothing for the office before the close
    Sight("desks_applicant.applications", "새벽모델", TEAM),
    Sight("desks_applicant.applications", "달빛모델", "other_applicant"),
    # a program made on pages is nobody's before its first call opens
    Sight("desks_public.programs", "Seed grants", NOBODY),
    Sight("desks_officer.applications", "새벽모델", NOBODY, "public_id=open_call"),
    # letters: the team knows that one came; readers and the office who wrote it and what it is called
    Sight("applications.references", "배교수", TEAM, "public_id=app"),
    Sight("applications.references", "letter.pdf", NOBODY, "public_id=app"),
    Sight("reviews.review", "배교수", "assigned", MINE),
    Sight("desks_officer.application", "letter.pdf", "officer administrator auditor", "public_id=app"),
    # a conflict outranks the office
    Sight("desks_officer.applications", "별빛모델", OFFICE, CALL),
    Sight("desks_officer.applications", "달빛모델", WHOLE_OFFICE, CALL),
    Sight("desks_officer.applications", "별빛모델", OFFICE, CALL, "sort=title"),
    Sight("desks_officer.applications", "별빛모델", OFFICE, CALL, "stage=paper&reviews=missing"),
    Sight("desks_officer.applications", "내가 남긴 조건", "officer", CALL),
    Sight("desks_officer.write_letters", ">2건", OFFICE, CALL),
    Sight("notifications.messages", "별빛 편지", OFFICE, CALL),
    Sight("notifications.messages", "letter_batch_subject", OFFICE, CALL),
    Sight("reviews.progress", "별빛모델", OFFICE, CALL),
    Sight("reviews.progress", "달빛모델", WHOLE_OFFICE, CALL),
    Sight("reviews.reviewers", "이름 chair", WHOLE_OFFICE, CALL),
    Sight("reviews.progress", "이름 chair", NOBODY, CALL),
    Sight("routing.conflicts", "별빛모델", OFFICE, CALL),
    Sight("routing.routing", "별빛모델", OFFICE, CALL),
    Sight("ranking.ranking", "이슬모델", OFFICE, RANKED),
    Sight("awards.matching", "연구 a2", OFFICE, f"{CHOSEN} stage=final"),
    Sight("screening.queue", "별빛모델", OFFICE, CALL),
    # the office sees its own calls
    Sight("desks_officer.office", "call", WHOLE_OFFICE),
    Sight("desks_officer.office", "foreign_call", "other_officer administrator"),
    # reviewers: their own, no title before the declaration, nothing barred, nothing decided
    Sight("desks_reviewer.reviews", "별빛모델", "assigned chair"),
    Sight("desks_reviewer.reviews", "달빛모델", "assigned conflicted"),
    Sight("desks_reviewer.reviews", "햇살모델", NOBODY),
    Sight("reviews.batch", "별빛모델", "assigned chair", PANEL),
    Sight("reviews.batch", "달빛모델", "assigned conflicted", PANEL),
    # decisions: published ones for those they concern, others for nobody
    Sight("desks_applicant.cockpit", "WHY", "owner", "public_id=decided_app"),
    Sight("desks_applicant.opinions", "데이터 확보 계획이 더 필요합니다", "other_applicant", "public_id=declined_app"),
    Sight("desks_applicant.opinions", "이름 first_reader", NOBODY, "public_id=declined_app"),
    Sight("desks_applicant.opinions", "데이터 확보 계획이 더 필요합니다", NOBODY, "public_id=undecided_app"),
    Sight("desks_applicant.cockpit", "WHY", NOBODY, "public_id=undecided_app"),
    Sight("desks_public.awards", "햇살모델", EVERYBODY),
    Sight("desks_public.awards", "그늘모델", NOBODY),
    Sight("desks_public.awards", "노을모델", NOBODY),
    Sight("desks_public.call", "decision", EVERYBODY, "public_id=decided_call"),
    Sight("desks_public.call", "undecided", NOBODY, "public_id=undecided_call"),
    Sight("awards.decision", "햇살모델", EVERYBODY, "public_id=decision"),
    Sight("awards.decision", "그늘모델", f"other_applicant auditor {WHOLE_OFFICE}", "public_id=decision"),
    Sight("awards.decision", "노을모델", f"auditor {OFFICE}", "public_id=undecided"),
    Sight("awards.table", "서리모델", f"assigned chair auditor {OFFICE}", "public_id=open_panel"),
    Sight("awards.awards", "노을모델", OFFICE, "public_id=undecided_call"),
    # presentations: no title before the declaration, nothing barred, other teams by their time alone
    Sight("routing.panel_sessions", "무지개모델", f"assigned chair {OFFICE}", HEARING),
    Sight("routing.panel_sessions", "소나기모델", f"assigned conflicted {OFFICE}", HEARING),
    Sight("routing.panel_sessions", "눈꽃모델", f"assigned chair {OFFICE}", HEARING),
    Sight("routing.panel_sessions", "slot:mine", f"assigned chair {OFFICE}", HEARING),
    # in a meeting: nothing of what bars the viewer, neither its title nor the vote on it nor the minutes
    Sight("reviews.meeting", ">달무리모델", f"assigned chair auditor {OFFICE}", MEETS),
    Sight("reviews.meeting", "해무리모델", f"assigned conflicted chair auditor {WHOLE_OFFICE}", MEETS),
    Sight("reviews.meeting", "달무리모델을 추천합니까", f"assigned chair auditor {OFFICE}", MEETS),
    Sight("reviews.meeting", "모두 논의하였습니다", f"assigned chair auditor {OFFICE}", MEETS),
    Sight("reviews.meeting", "meeting_entry", f"assigned chair auditor {OFFICE}", MEETS),
    Sight("routing.office_sessions", "무지개모델", OFFICE, HEARING),
    Sight("routing.session", "3층 회의실", TEAM, "public_id=heard_app"),
    Sight("routing.session", "소나기모델", NOBODY, "public_id=heard_app"),
    Sight("desks_applicant.cockpit", "3층 회의실", TEAM, "public_id=heard_app"),
    Sight("desks_applicant.cockpit", "3층 회의실", NOBODY, "public_id=unheard_app"),
    # names before the declaration: one's own assignments
    Sight("routing.pledge", "김하늘", "chair", "public_id=seat:chair"),
    Sight("routing.pledge", "김하늘", NOBODY, "public_id=seat:assigned"),
    # what published awards have taken, nothing of the one that is only reserved
    Sight("desks_public.programs", "1,900,000원", EVERYBODY),
    Sight("desks_public.programs", "3,800,000원", NOBODY),
    # questions: published ones for everybody, waiting ones for the office and whoever asked
    Sight("programs.questions", "공개된 물음", EVERYBODY, "public_id=asking_call"),
    Sight("programs.questions", "기다리는 물음", "other_applicant", "public_id=asking_call"),
    Sight("programs.questions", "가려진 물음", NOBODY, "public_id=asking_call"),
    Sight("programs.office_questions", "기다리는 물음", WHOLE_OFFICE, "public_id=asking_call"),
    # a deadline of its own is told to the office, unless a conflict bars
    Sight("applications.deadlines", "장비가 고장 났습니다.", OFFICE, CALL),
    # calls, letters, lines
    Sight("routing.conflicts", "새벽모델", NOBODY, "public_id=open_call"),
    Sight("desks_public.programs", "숨은 공고", NOBODY),
    Sight("notifications.inbox", "편지 하나", "owner"),
    Sight("budgets.tree", "항목 t_gpu_2025", "budget_officer line_officer auditor"),
    Sight("budgets.tree", "항목 t_data_2025", "budget_officer auditor"),
)
