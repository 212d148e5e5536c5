"""For every endpoint that takes a post: who sends it, from which page, what is typed, and what has to be so before.

What is not typed stands in the form as the page shows it, or is filled in by `forms.Form.filled`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
from sqlalchemy import delete, select, update

from portal.accounts import service as accounts
from portal.accounts.models import Account, Affiliation, Person, SignInSession, TokenPurpose
from portal.applications import service as applications
from portal.applications.models import (
    Application,
    ConfirmationLink,
    Institution,
    Member,
    Reference,
    Reopening,
    StageEntry,
)
from portal.awards import service as awards
from portal.awards.models import AwardTable, Decision, Recommendation, Result
from portal.awards.queries.awards import awards_of_decision
from portal.budgets.models import Freeze
from portal.conflicts import service as conflicts
from portal.conflicts.models import Severity
from portal.platform import clock
from portal.platform.db import db
from portal.platform.sheets import csv_bytes, xlsx_bytes
from portal.programs import service as programs
from portal.programs.models import Call
from portal.ranking.models import ConditionResult
from portal.reviews import service as reviewing
from portal.routing.models import Assignment, AssignmentState, Panel, Seat, SeatState, Session, SessionSwap
from tests.factories import accounts as people
from tests.factories import applications as drafts
from tests.factories import awards as decided
from tests.factories import base, consortia, reserves, reviews
from tests.factories.seed_call import written
from tests.integration.access.meetings import is_before_the_committee, meeting_is_over, vote_is_closed
from tests.integration.access.rounds import a_place_was_given_back
from tests.integration.access.world import WHY, World, as_wbl, propose

DRAFT = "public_id=draft"
PERSON = "public_id=person:spare"
SEED = "public_id=seed_call"
WAITING_SEAT = "s" * 26
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW_PASSWORD = "seven green kites over the river"


def pdf() -> tuple[io.BytesIO, str]:
    return io.BytesIO(drafts.pdf()), "계획.pdf"


@dataclass(frozen=True)
class Post:
    """`page`: endpoint and arguments of the page with the form; `at`: arguments of the posted address, where a page
    holds several forms of one endpoint. `raw`: there is no form, everything that is sent is `typed`."""

    role: str
    page: tuple[str, str]
    typed: dict[str, str | None] = field(default_factory=dict)
    before: Callable[[World], None] | None = None
    at: str = ""
    query: str = ""
    file: str = ""  # `content` in this field
    content: Callable[[], tuple[io.BytesIO, str]] = pdf
    raw: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def _person(world: World, role: str) -> Person:
    return world.person(role)


def _application(world: World, name: str) -> Application:
    return db.session.scalars(select(Application).where(Application.public_id == world.ids[name])).one()


def one_fails_a_condition(world: World) -> None:
    """So that the places differ from those of the matching that is saved already."""
    entry = select(StageEntry.id).where(StageEntry.public_id == world.ids["chosen_entry"])
    db.session.execute(update(ConditionResult).where(ConditionResult.entry_id.in_(entry)).values(passed=False))


def works_somewhere(world: World) -> None:
    people.affiliation(_person(world, "owner"), people.organisation("해돋이연구소"), "언어지능실")
    row = db.session.scalars(select(Affiliation).where(Affiliation.person_id == world.people["owner"])).one()
    world.ids["affiliation"] = str(row.id)


def has_consented(world: World) -> None:
    member = db.session.scalars(select(Member).where(Member.public_id == world.ids["own_place"])).one()
    member.consented_at = clock.now()


def has_another_session(world: World) -> None:
    accounts.open_session(base.context(), world.people["owner"])


def _seed(world: World) -> Call:
    return db.session.scalars(select(Call).where(Call.public_id == world.ids["seed_call"])).one()


def is_released(world: World) -> None:
    call = _seed(world)
    programs.release_call(base.context(), call.id, call.content_hash)


def changed_since_the_preview(world: World) -> None:
    call = _seed(world)
    raw = call.definition.model_dump(mode="json")
    raw["eligibility"][0]["text"] = {"en": "Anybody at all."}
    programs.change_draft(base.context(), call.id, call.content_hash, raw)


def handed_in_to_the_preview(world: World) -> None:
    preview = db.session.scalars(select(Call).where(Call.public_id == world.ids["preview_call"])).one()
    me = base.context(_person(world, "officer"), "officer")
    applications.submit(me, written(me, preview.id))


def waits_for_confirmation(world: World) -> None:
    who = people.account(base.person("새사람"), confirmed=False)
    world.ids["confirm_mail"] = accounts.mint_mail_token(base.context(), who.id, TokenPurpose.CONFIRM)


def wants_a_new_password(world: World) -> None:
    world.ids["reset_mail"] = accounts.mint_mail_token(base.context(), world.people["owner"], TokenPurpose.RESET)


def is_disabled(world: World) -> None:
    accounts.disable_account(world.context("administrator"), world.people["spare"])


def has_a_second_factor(world: World, role: str = "owner") -> None:
    account = db.session.get_one(Account, world.people[role])
    account.totp_secret, account.totp_confirmed_at = SECRET, clock.now() - timedelta(days=1)


def not_yet_passed(world: World) -> None:
    """The owner's session waits for the second factor."""
    db.session.execute(
        update(SignInSession).where(SignInSession.person_id == world.people["owner"]).values(second_factor_at=None)
    )


def owes_a_code(world: World) -> None:
    not_yet_passed(world)
    has_a_second_factor(world)


def spare_has_a_second_factor(world: World) -> None:
    has_a_second_factor(world, "spare")


def another_language(world: World) -> None:
    """Since the letters were prepared one recipient has chosen another language."""
    _person(world, "other_applicant").language = "en"


def code() -> str:
    return pyotp.TOTP(SECRET).at(clock.real_now())


def is_complete(world: World) -> None:
    """A draft of the small call in which nothing is missing."""
    call = base.open_call(consortia.small_definition())
    context = world.context("owner")
    made = applications.start(context, call.id, "작은 모델", applications.Lead(name="새봄둘", kind="company_sme"))
    db.session.flush()
    consortia.fill_team(context, made.id)
    db.session.flush()
    consortia.fill_slice(context, made.id, consortia.drafts.institutions_of(made.id)[0])
    world.ids["complete"] = made.public_id


def is_submitted(world: World) -> None:
    is_complete(world)
    applications.submit(world.context("owner"), _application(world, "complete").id)


def is_withdrawn(world: World) -> None:
    is_submitted(world)
    applications.withdraw(world.context("owner"), _application(world, "complete").id, WHY)


def is_proposed(world: World) -> None:
    entries = [int(part) for part in world.ids["waiting_entries"].split(",")]
    number = propose(world, int(world.ids["waiting_stage"]), entries, Result.AWARD, Result.DECLINE)
    world.ids["proposed"] = db.session.get_one(Decision, number).public_id


def a_place_is_free(world: World) -> None:
    """A published decision with a reserve list; one who was selected has declined."""
    reserves.with_places()
    made = decided.ready(5, made=as_wbl(reserves.fellowships()), wanted=())
    number = reserves.published(made, world.context("officer"), world.context("administrator"))
    award = awards_of_decision(number)[0]
    awards.decline_award(base.context(made.owners[0]), award.id, WHY)
    world.ids |= {"reserved_call": made.call.public_id}


def table_is_open(world: World) -> None:
    table = _table(world)
    table.closed_at = table.closed_by_id = None


def table_is_unopened(world: World) -> None:
    table = _table(world)
    db.session.execute(delete(Recommendation).where(Recommendation.table_id == table.id))
    db.session.delete(table)


def _table(world: World) -> AwardTable:
    return db.session.scalars(
        select(AwardTable)
        .join(Panel, AwardTable.panel_id == Panel.id)
        .where(Panel.public_id == world.ids["open_panel"])
    ).one()


def books_are_frozen(world: World) -> None:
    db.session.add(Freeze(at=clock.now(), finding="시험"))


PAIRS: list[bytes] = []  # of the proposal, written by `writes_pairs` where there is a database


def drafted_pairs() -> tuple[io.BytesIO, str]:
    return io.BytesIO(PAIRS[-1] if PAIRS else b"application,reviewer\n"), "pairs.csv"


def writes_pairs(world: World) -> None:
    """The proposal as it stands."""
    rows = db.session.execute(
        select(Application.public_id, Person.public_id)
        .join(StageEntry, StageEntry.application_id == Application.id)
        .join(Assignment, Assignment.entry_id == StageEntry.id)
        .join(Person, Assignment.person_id == Person.id)
        .where(Assignment.state == AssignmentState.DRAFT)
        .order_by(Assignment.id)
    )
    PAIRS[:] = [csv_bytes(("application", "reviewer"), [tuple(row) for row in rows])]


POINTS: list[bytes] = []


def measured_points() -> tuple[io.BytesIO, str]:
    return io.BytesIO(POINTS[-1] if POINTS else b"application,part,points\n"), "points.csv"


def measures(world: World) -> None:
    """Of one application of the routing call."""
    application = db.session.scalars(
        select(Application.public_id)
        .join(StageEntry, StageEntry.application_id == Application.id)
        .where(StageEntry.public_id == world.ids["routed_entry"])
    ).one()
    POINTS[:] = [csv_bytes(("application", "part", "points"), [(application, "speed", 7.5)])]


def has_an_idle_member(world: World) -> None:
    seat = db.session.scalars(select(Seat).where(Seat.public_id == world.ids["seat:invited"])).one()
    idle = Seat(
        public_id=WAITING_SEAT, panel_id=seat.panel_id, person_id=world.people["spare"], kind="academia",
        state=SeatState.ACCEPTED, invited_at=clock.now(),
    )  # fmt: skip
    db.session.add(idle)


def sheet() -> tuple[io.BytesIO, str]:
    """A score sheet of the call under review, as it is downloaded before anything is assigned."""
    stage = reviews.definition().stage("paper")
    return io.BytesIO(xlsx_bytes([reviewing.score_sheet(stage, [])])), "scores.xlsx"


def sheet_was_read(world: World) -> None:
    """What the dry run of a sheet sends back."""
    marks = {code: list(mark) for code, mark in reviews.marks(41, 21).items()}
    row = {"assignment": world.ids["assigned:2"], "version": 1, "marks": marks, "comment": reviews.COMMENT}
    world.ids["CHANGES"] = json.dumps({"rows": [row]})


def second_review_is_written(world: World) -> None:
    mine = db.session.scalars(select(Assignment).where(Assignment.public_id == world.ids["assigned:2"])).one()
    reviewing.save_review(world.context("assigned"), mine.id, reviews.marks(40, 20), reviews.COMMENT, version=1)


def is_invited(world: World) -> None:
    held = (world.ids["seat:invited"], world.ids["seat:assigned"])
    db.session.execute(update(Seat).where(Seat.public_id.in_(held)).values(state=SeatState.INVITED))


def is_unsure(world: World) -> None:
    row = conflicts.declare(
        base.context(), world.people["unassigned"], _application(world, "app").id, None, True, "같은 학회입니다.",
        Severity.DECLARED,
    )  # fmt: skip
    world.ids["unsure"] = row.public_id


def _reopening(world: World) -> Reopening:
    return db.session.scalars(select(Reopening).where(Reopening.public_id == world.ids["reopening"])).one()


def nothing_is_asked(world: World) -> None:
    _reopening(world).closed_at = clock.now()


def is_completed(world: World) -> None:
    """The reopened section says something else than what was handed in."""
    applications.save_section(
        world.context("owner"), _reopening(world).application_id, "plan", "", {"aim": "새 목표", "method": "새 방법"}, 0
    )  # fmt: skip


def asked_long_ago(world: World) -> None:
    """Who was asked just now is not asked again at once."""
    earlier = clock.now() - timedelta(days=2)
    for model in (Institution, Member, Reference):
        for row in db.session.scalars(select(model).where(model.application_id == _application(world, "draft").id)):
            row.invited_at = earlier if row.invited_at else None
    for row in db.session.scalars(select(ConfirmationLink)):
        row.sent_at = earlier


def _slot(world: World, name: str) -> Session:
    return db.session.scalars(select(Session).where(Session.public_id == world.ids[name])).one()


def lots_are_wanted(world: World) -> None:
    """The team that came later has no slot; the unpublished one is free."""
    _slot(world, "slot:unpublished").entry_id = None


def nothing_is_noted(world: World) -> None:
    _slot(world, "slot:over").started_at = None


def nobody_is_asked(world: World) -> None:
    db.session.execute(update(SessionSwap).values(closed_at=clock.now()))


ACCOUNT, CALL = ("accounts.profile", ""), "public_id=call"
REFERENCES = ("applications.references", DRAFT)
INSTITUTIONS, MEMBERS = ("applications.institutions", DRAFT), ("applications.members", DRAFT)
OFFICE_OF_PERSON = ("accounts.person", PERSON)
TABLE = ("awards.table", "public_id=open_panel")
UNDECIDED = ("awards.awards", "public_id=undecided_call")
WAITING = ("awards.awards", "public_id=waiting_call")
RESERVED = ("awards.awards", "public_id=reserved_call")
RANKED = ("ranking.ranking", "public_id=waiting_call")
MATCHING = ("awards.matching", "public_id=matching_call stage=final")
ROUTED = ("routing.routing", "public_id=routing_call")
LIST = ("desks_officer.applications", CALL)
BATCH = ("desks_officer.batch", f"{CALL} batch_id=batch")
PROGRESS = ("reviews.progress", CALL)
QUESTION = ("programs.answer", "public_id=asking_call question_id=waiting_question")
HEARING = ("routing.office_sessions", "public_id=hearing")
FREE_SLOT = ("routing.change_session", "public_id=hearing session_id=slot:free")
HELD = ("routing.panel_session", "public_id=hearing session_id=slot:over")
MEETING = ("reviews.meeting", "public_id=meeting_panel")
DISCUSSED = ("reviews.meeting_item", "public_id=meeting_panel entry_id=meeting_entry")
VOTE = ("reviews.motion", "public_id=meeting_panel motion_id=motion")
SLOT = ("routing.session", "public_id=heard_app")
OFFER = ("awards.offer", "public_id=award")
JSON = {"X-Requested-With": "autosave", "Accept": "application/json"}

POSTS: dict[str, Post] = {
    # --- people ---
    "accounts.register": Post(
        "anonymous", ("accounts.register", ""), {"name": "새사람", "email": "new@example.org", "password": NEW_PASSWORD}
    ),
    "accounts.confirm": Post(
        "anonymous", ("accounts.confirm", "token=confirm_mail"), {"password": people.PASSWORD}, waits_for_confirmation
    ),
    "accounts.sign_in": Post(
        "anonymous", ("accounts.sign_in", ""), {"email": "person1@example.org", "password": people.PASSWORD, "next": ""}
    ),
    "accounts.sign_out": Post("owner", ACCOUNT),
    "accounts.try_as": Post("anonymous", ("accounts.try_as", ""), {"person": "person:spare"}, raw=True),
    "accounts.ask_reset": Post("anonymous", ("accounts.ask_reset", ""), {"email": "person1@example.org"}),
    "accounts.reset": Post(
        "anonymous", ("accounts.reset", "token=reset_mail"), {"password": NEW_PASSWORD, "again": NEW_PASSWORD}, wants_a_new_password
    ),
    "accounts.password": Post(
        "owner", ("accounts.password", ""), {"current": people.PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD},
    ),
    "accounts.second_factor": Post(
        "owner", ("accounts.second_factor", ""), {"code": "CODE", "next": ""}, owes_a_code
    ),
    "accounts.start_second_factor": Post("owner", ("accounts.second_factor", ""), before=not_yet_passed),
    "accounts.profile": Post(
        "owner", ACCOUNT,
        {"researcher_number": "", "name": "고친이름", "orcid": "0000-0002-1825-0097", "name_latin": "Fixed Name",
         "addresses": "other@example.org"},
    ),
    "accounts.add_affiliation": Post(
        "owner", ("accounts.add_affiliation", ""),
        {"organisation": "new", "name": "해돋이연구소", "kind": "company_sme", "department": "언어지능실", "until": "",
         "registration": "", "name_en": ""},
        query="q=해돋이",
    ),
    "accounts.end_affiliation": Post("owner", ACCOUNT, {"until": "2026-07-20"}, works_somewhere),
    "accounts.end_session": Post("owner", ("accounts.sessions", ""), before=has_another_session),
    "accounts.end_other_sessions": Post("owner", ("accounts.sessions", ""), before=has_another_session),
    "accounts.reviewer_profile": Post(
        "assigned", ("accounts.reviewer_profile", ""), {"keywords": "언어모델", "works": "논문 제목"}
    ),
    "accounts.absence": Post(
        "assigned", ("accounts.absence", ""), {"since": "2026-12-01", "until": "2026-12-09", "deputy": None}
    ),
    "accounts.end_absence": Post("assigned", ("accounts.absence", "")),
    "desks_person.ask_copy": Post("owner", ("desks_person.data", "")),
    "desks_person.withdraw_consent": Post("co_applicant", ("desks_person.data", ""), before=has_consented),
    "desks_person.close": Post("spare", ("desks_person.close", ""), {"password": people.PASSWORD}),
    "desks_person.erasure": Post(
        "administrator", ("desks_person.erasure", ""), {"email": "sea@example.org", "reason": WHY}
    ),
    "accounts.my_relations": Post(
        "assigned", ("accounts.my_relations", ""),
        {"kind": "co_author", "other": "coauthor@example.org", "name": "공저자", "since": "2026-01-01",
         "until": "2026-01-01", "note": "논문"},
    ),
    "accounts.look_for_doubles": Post("officer", ("accounts.doubles", "")),
    "accounts.double": Post(
        "administrator", ("accounts.double", "double_id=double"), {"same": "no", "reason": WHY}
    ),
    "accounts.record_relation": Post(
        "officer", ("accounts.relations", PERSON),
        {"kind": "relative", "other": "kin@example.org", "name": "친족", "since": "2001-01-01", "until": "", "note": ""},
    ),
    "accounts.withdraw_relation": Post("officer", ("accounts.relations", PERSON), {"reason": WHY}),
    "accounts.grant_role": Post("barred_officer", OFFICE_OF_PERSON, {"until": "", "scope": "program:WBL"}),
    "accounts.revoke_role": Post("barred_officer", OFFICE_OF_PERSON),
    "accounts.disable": Post("administrator", OFFICE_OF_PERSON),
    "accounts.enable": Post("administrator", OFFICE_OF_PERSON, before=is_disabled),
    "accounts.reset_second_factor": Post("administrator", OFFICE_OF_PERSON, before=spare_has_a_second_factor),
    # --- drafting ---
    "applications.start": Post("unassigned", ("applications.start", "public_id=open_call"), {"title": "새 모델"}),
    "applications.title": Post("owner", ("applications.title", DRAFT), {"title": "고친 제목"}),
    "applications.institutions": Post("owner", INSTITUTIONS, {"contact_email": "new@example.org", "name": "새기관"}),
    "applications.invite": Post("owner", INSTITUTIONS, before=asked_long_ago),
    "applications.remove_institution": Post("owner", INSTITUTIONS, at="institution=invited"),
    "applications.ask_confirmation": Post(
        "owner", INSTITUTIONS, {"email": "chief@example.org", "name": "이대표"}, at="institution=lead"
    ),
    "applications.join": Post(
        "unassigned", ("applications.join", "token=join_token"), {"registration": "220-81-62517", "name_en": ""}
    ),
    "applications.members": Post("owner", MEMBERS, {"email": "new@example.org", "name": "새사람"}),
    "applications.remind_member": Post("owner", MEMBERS, before=asked_long_ago),
    "applications.remove_member": Post("owner", MEMBERS, at="member=member"),
    "applications.consent": Post("anonymous", ("applications.consent", "token=consent_token")),
    "applications.confirm": Post("anonymous", ("applications.confirm", "token=confirm_token")),
    "applications.name_referee": Post(
        "owner", REFERENCES, {"email": "new@example.org", "name": "새교수", "relation": "동료", "language": "en"}
    ),
    "applications.ask_referee_again": Post("owner", REFERENCES, before=asked_long_ago),
    "applications.remove_referee": Post("owner", REFERENCES),
    "applications.reference": Post("anonymous", ("applications.reference", "token=reference_token"), file="file"),
    "applications.decline_reference": Post(
        "anonymous", ("applications.reference", "token=reference_token"), {"reason": WHY}
    ),
    "desks_applicant.remind": Post("owner", ("desks_applicant.cockpit", DRAFT), before=asked_long_ago),
    "applications.save_section": Post(
        "owner", ("applications.section", f"{DRAFT} section=all"),
        {"q_name": "짧은 답", "q_size": "7", "q_worth": "1,000", "q_begin": "2026-09-01", "q_goals-r_y1-c_score": "1",
         "q_models-0-c_year": "2025", "add_row": None, "remove_row": None},
    ),
    "applications.autosave": Post(
        "owner", ("applications.section", f"{DRAFT} section=all"), {"q_name": "짧은 답", "version": "0"}, raw=True,
        headers=JSON,
    ),
    "applications.save_budget": Post(
        "owner", ("applications.budget", DRAFT),
        {f"b_{year}-{what}-{who}": "1,000" for year in (2025, 2026) for what in ("people", "gear")
         for who in ("government", "cash", "in_kind")},
    ),
    "applications.paste_budget": Post("owner", ("applications.budget", DRAFT), {"pasted": "2025\\t인건비\\t1000\\t0\\t0"}),
    "applications.save_means": Post(
        "owner", ("applications.means", DRAFT),
        {"m_data-2025": "1,000", "m_data-2026": "", "m_gpu-b200": "8", "m_gpu-h100": ""},
    ),
    "applications.upload": Post("owner", ("applications.attachments", DRAFT), file="file"),
    "applications.remove_attachment": Post("owner", ("applications.attachments", DRAFT)),
    "applications.submit": Post("owner", ("applications.check", "public_id=complete"), before=is_complete),
    "applications.withdraw": Post(
        "owner", ("applications.withdraw", "public_id=complete"), {"reason": WHY}, is_submitted
    ),
    "applications.reinstate": Post("owner", ("desks_applicant.cockpit", "public_id=complete"), before=is_withdrawn),
    "applications.hand_in_reopening": Post(
        "owner", ("applications.reopening", "public_id=reopened_app reopening_id=reopening"), before=is_completed
    ),
    # --- reviewing ---
    "routing.seat": Post(
        "anonymous", ("routing.seat", "token=seat_token"), {"answer": "accept", "reason": "", "suggestion": ""}, is_invited
    ),
    "routing.answer": Post(
        "assigned", ("routing.answer", "public_id=seat:assigned"), {"answer": "decline", "reason": WHY, "suggestion": ""},
        is_invited,
    ),
    "routing.pledge": Post("chair", ("routing.pledge", "public_id=seat:chair")),
    "routing.conflict": Post("chair", ("routing.conflict", "public_id=chair:2"), {"answer": "none"}),
    "reviews.save": Post(
        "assigned", ("reviews.review", "public_id=assigned:2"), {"points_tech": "44", "points_plan": "22"}
    ),
    "reviews.autosave": Post(
        "assigned", ("reviews.review", "public_id=assigned:2"),
        {"points_tech": "44", "points_plan": "22", "version": "1", "comment": "다듬은 의견", "note": ""},
        raw=True, headers=JSON,
    ),
    "reviews.submit": Post(
        "assigned", ("reviews.submit", "public_id=assigned:2"), before=second_review_is_written
    ),
    "reviews.packet": Post("assigned", ("reviews.packet", "public_id=panel")),
    "reviews.sheet": Post("assigned", ("reviews.sheet", "public_id=panel"), file="file", content=sheet),
    "reviews.sheet_save": Post(
        "assigned", ("reviews.sheet", "public_id=panel"), {"changes": "CHANGES", "request_id": "of-the-dry-run"},
        before=sheet_was_read, raw=True,
    ),
    "routing.decline": Post("anonymous", ("routing.decline", "token=assignment_token")),
    "desks_reviewer.submit": Post("assigned", ("desks_reviewer.submit", ""), before=second_review_is_written),
    # --- the office ---
    "programs.new_program": Post(
        "administrator", ("programs.new_program", ""),
        {"code": "NEWER", "program_names-ko": "새 사업", "program_names-en": "New program", "funder-ko": "기관", "funder-en": "Funder", "line": "seed"},
    ),
    "programs.new_call": Post(
        "officer", ("programs.new_call", "code=WBL"), {"call_code": "WBL-NEXT", "years_later": "1"}
    ),
    "programs.facts": Post("officer", ("programs.facts", SEED), {"closes_at": "2030-08-20T18:00"}),
    "programs.part": Post("officer", ("programs.part", f"{SEED} place=eligibility.0"), {"text-en": "Anybody at all."}),
    "programs.move": Post("officer", ("programs.settings", SEED), at=f"{SEED} place=stages.0"),
    "programs.remove": Post("officer", ("programs.part", f"{SEED} place=sections.0.questions.0")),
    "programs.release": Post("officer", ("programs.settings", SEED)),
    "programs.take_back": Post("officer", ("programs.settings", SEED), before=is_released),
    "desks_preview.begin": Post("officer", ("desks_preview.preview", SEED), before=changed_since_the_preview),
    "desks_preview.review": Post("officer", ("desks_preview.preview", SEED), before=handed_in_to_the_preview),
    "desks_officer.retry": Post("officer", ("desks_officer.jobs", "")),
    "notifications.settle": Post("officer", ("notifications.messages", CALL)),
    # lists and letters
    "desks_officer.download": Post("officer", LIST, {"download_reason": WHY}, query="state=closed"),
    "desks_officer.save_filter": Post("officer", LIST, {"name": "다른 조건"}, query="language=ko"),
    "desks_officer.delete_filter": Post("officer", LIST, query="state=closed"),
    "desks_officer.write_letters": Post("officer", ("desks_officer.write_letters", CALL)),
    "desks_officer.confirm_batch": Post("officer", BATCH),
    "desks_officer.restage_batch": Post("officer", BATCH, before=another_language),
    "desks_officer.discard_batch": Post("officer", BATCH),
    "desks_officer.new_template": Post("officer", ("desks_officer.new_template", CALL), {"name": "새 양식"}),
    "desks_officer.template": Post("officer", ("desks_officer.template", f"{CALL} template_id=template")),
    "desks_officer.delete_template": Post("officer", ("desks_officer.templates", CALL)),
    "screening.open_review": Post("officer", ("screening.queue", "public_id=routing_call")),
    "screening.screening": Post(
        "officer", ("screening.screening", "public_id=screening"), {"outcome": "ineligible", "reason": WHY}
    ),
    "screening.decide_together": Post(
        "officer", ("screening.decide_together", "public_id=routing_call"),
        {"outcome": "eligible", "reason": WHY}, query="stage=paper&chosen={screening}",
    ),
    "screening.ask_to_complete": Post(
        "officer", ("screening.screening", "public_id=screening"),
        {"places": "sections.plan", "message": WHY, "due": "2026-08-05T18:00"}, nothing_is_asked,
    ),
    "screening.take_request_back": Post("officer", ("screening.screening", "public_id=screening")),
    "routing.form_panel": Post("officer", ("routing.form_panel", "public_id=routing_call")),
    "routing.make_chair": Post("officer", ("routing.routing", "public_id=routing_call")),
    "routing.download_pairs": Post(
        "officer", ("routing.pairs", "public_id=routing_call"), {"download_reason": WHY, "kind": "csv"}
    ),
    "routing.upload_pairs": Post(
        "officer", ("routing.pairs", "public_id=routing_call"), file="file", content=drafted_pairs,
        before=writes_pairs,
    ),
    "routing.set_standby": Post(
        "officer", ("routing.routing", "public_id=routing_call"), before=has_an_idle_member, at=f"seat_id={WAITING_SEAT}"
    ),
    "routing.run": Post("officer", ROUTED),
    "routing.draw": Post("officer", ROUTED, {"reason": WHY}),
    "routing.try_change": Post("officer", ROUTED, {"load": "1"}),
    "routing.trial": Post("officer", ("routing.trial", "public_id=routing_call run_id=trial"), {"reason": WHY}),
    "routing.publish": Post("officer", ROUTED),
    "routing.discard": Post("officer", ROUTED, {"reason": WHY}),
    "routing.swap": Post("officer", ("routing.swap", "public_id=routing_call assignment_id=draft_assignment")),
    "routing.settle": Post(
        "officer", ("routing.settle", f"{CALL} conflict_id=unsure"), {"action": "dismiss", "reason": WHY}, is_unsure
    ),
    # --- sessions ---
    "routing.plan_sessions": Post(
        "officer", HEARING, {"starts_at": "2026-08-20T09:00", "count": "2", "pause_after": "", "pause": ""}
    ),
    "routing.draw_sessions": Post("officer", HEARING, before=lots_are_wanted),
    "routing.publish_sessions": Post("officer", HEARING),
    "routing.change_session": Post("officer", FREE_SLOT, {"starts_at": "2026-08-20T15:00", "place": "새 회의실"}),
    "routing.remove_session": Post("officer", FREE_SLOT),
    "routing.start_session": Post("chair", HELD, before=nothing_is_noted),
    "routing.note_absence": Post("chair", HELD, {"reason": WHY}, nothing_is_noted),
    "routing.write_minutes": Post("chair", HELD, {"text": "질문 넷과 답"}),
    "routing.confirm_session": Post("owner", SLOT),
    "routing.exchange_session": Post("owner", SLOT, before=nobody_is_asked),
    "routing.answer_swap": Post("owner", SLOT),
    "routing.take_back_swap": Post("owner", SLOT),
    "reviews.presence": Post("chair", MEETING),
    "reviews.minutes": Post("chair", MEETING, {"text": "모두 논의하고 마쳤습니다."}),
    "reviews.put_motion": Post("chair", MEETING, {"question": "두 과제를 모두 추천합니까?", "entries": None}, vote_is_closed),
    "reviews.close_meeting": Post("chair", MEETING, before=vote_is_closed),
    "reviews.take_up": Post(
        "chair", ("reviews.meeting_item", "public_id=meeting_panel entry_id=meeting_other"), before=vote_is_closed
    ),
    "reviews.conclude": Post("chair", DISCUSSED, {"note": "점수를 그대로 두기로 하였습니다."}, vote_is_closed),
    "reviews.revise": Post("assigned", DISCUSSED, {"points_plan": "66", "why": WHY}),
    "reviews.vote": Post("assigned", VOTE, {"choice": "yes"}),
    "reviews.close_motion": Post("chair", VOTE),
    "ranking.open_meeting": Post("chair", MEETING, before=meeting_is_over),
    "ranking.one_more": Post(
        "officer", ("ranking.one_more", "public_id=meeting_call entry_id=meeting_entry"), {"reason": WHY}
    ),
    "reviews.remind": Post("officer", PROGRESS),
    "reviews.close": Post("officer", PROGRESS, {"reason": WHY}),
    "ranking.again": Post("officer", RANKED),
    "ranking.replay": Post("officer", RANKED),
    "ranking.export": Post("officer", RANKED, {"reason": WHY}),
    "awards.save_scenario": Post(
        "officer", ("awards.scenarios", "public_id=waiting_call stage=final"), {"name": "순위대로", "inside": None, "outside": None}
    ),
    "awards.save_matching": Post("officer", MATCHING, before=one_fails_a_condition),
    "awards.export_matching": Post("officer", MATCHING, {"reason": WHY}),
    "awards.promote_round": Post(
        "administrator", ("awards.matching", "public_id=round_call stage=final"), {"why": WHY}, a_place_was_given_back
    ),
    "ranking.adjustment": Post(
        "officer", ("ranking.condition", "public_id=routing_call entry_id=routed_entry"), {"adjust_reason": WHY}
    ),
    "ranking.measurements": Post(
        "officer", ("ranking.measurements", "public_id=routing_call stage=paper"), {"note": WHY}, before=measures,
        file="file", content=measured_points,
    ),
    "ranking.condition": Post("officer", ("ranking.condition", "public_id=waiting_call entry_id=waiting_entry")),
    # --- decisions, awards, money ---
    "awards.open_table": Post("chair", TABLE, before=table_is_unopened),
    "awards.save_table": Post("chair", TABLE, before=table_is_open),
    "awards.close_table": Post("chair", TABLE, before=table_is_open),
    "awards.reopen_table": Post("officer", TABLE, {"reason": WHY}),
    "awards.propose": Post("officer", WAITING),
    "awards.approve": Post("administrator", WAITING, before=is_proposed),
    "awards.record_sitting": Post(
        "officer", ("awards.awards", "public_id=meeting_call"),
        {"held_on": "2026-07-21", "members": "9", "present": "8", "in_favour": "6", "resolved": "confirmed", "reason": WHY},
        is_before_the_committee,
    ),
    "awards.return_decision": Post("officer", UNDECIDED, {"reason": WHY}),
    "awards.publish": Post("officer", UNDECIDED),
    "awards.promote": Post("administrator", RESERVED, {"reason": WHY}, a_place_is_free),
    "awards.pass_over": Post("administrator", RESERVED, {"reason": WHY}, a_place_is_free),
    "awards.accept": Post("owner", OFFER),
    "awards.decline": Post("owner", OFFER, {"reason": WHY}),
    # --- before the deadline ---
    "programs.eligibility": Post("anonymous", ("programs.eligibility", "public_id=asking_call")),
    "programs.ask": Post("owner", ("programs.questions", "public_id=asking_call"), {"text": WHY}),
    "programs.answer": Post(
        "officer", QUESTION, {"shown_ko": WHY, "shown_en": "", "answer_ko": WHY, "answer_en": "Yes.", "publish": "yes"}
    ),
    "programs.hide": Post("officer", QUESTION, {"reason": WHY}),
    "applications.extend": Post(
        "administrator", ("applications.deadlines", "public_id=open_call"), {"closes_at": "2026-08-20T18:00", "reason_ko": WHY}
    ),
    "applications.extend_one": Post(
        "officer", ("applications.deadlines", "public_id=open_call"),
        {"who": "person1@example.org", "until": "2026-08-20T18:00", "reason": WHY},
    ),
    "applications.issue_code": Post(
        "officer", ("applications.deadlines", "public_id=late_call"),
        {"code_until": "2026-08-20T18:00", "code_reason": WHY, "for_email": ""},
    ),
    "applications.late_code": Post(
        "owner", ("applications.late_code", "public_id=late_draft"), {"code": "late_code"}
    ),
    "budgets.change_cap": Post("budget_officer", ("budgets.line", "public_id=line"), {"cap": "9,000,000", "reason": WHY}),
    "budgets.new_line": Post(
        "budget_officer", ("budgets.new_line", ""),
        {"code": "fresh", "parent": "", "name_en": "Fresh", "unit": "EUR", "cap": "10.50", "year": "2026", "note": WHY},
    ),
    "budgets.lift": Post("budget_officer", ("budgets.tree", ""), {"reason": WHY}, books_are_frozen),
}  # fmt: skip
