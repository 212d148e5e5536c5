"""One of everything that a letter may be about, with people who read Korean and people who read English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Absence, Person
from portal.applications.models import (
    Application,
    Extension,
    Institution,
    LateCode,
    Member,
    Reference,
    Reopening,
    ReopeningCause,
    Submission,
)
from portal.applications.service import add_member, ask_confirmation
from portal.audit.models import AuditAnchor
from portal.awards.models import Award, AwardState, Decision, DecisionState, Outcome, Result
from portal.budgets.models import Freeze
from portal.notifications.models import BatchRecipient
from portal.notifications.service import Words, stage_batch
from portal.platform import clock
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.models import PublicQuestion
from portal.reviews.models import PanelMeeting, Review, ReviewState
from portal.routing import service as routing
from portal.routing.models import Panel, Seat, SeatState
from portal.screening.models import Screening, ScreeningState
from tests.factories import awards, base, reviews, sessions
from tests.factories.awards import ids
from tests.factories.consortia import Team, complete_team, joined_partner
from tests.factories.references import asking_team

TITLE = "Tiny model"


@dataclass
class Notice:
    """What a job asks for: payload, who gets a letter (address -> language), whom it must not name."""

    payload: dict[str, Any]
    to: dict[str, str]
    unnamed: list[str] = field(default_factory=list)


def _known(people: Iterable[Person]) -> dict[str, str]:
    return {who.email: who.language for who in people}


def _call(who: Person, name: str, language: str) -> Person:
    who.name, who.language = name, language
    return who


def team_notices() -> dict[str, Notice]:
    """A team of two institutions whose partner reads English, beside a rival in a call of its own."""
    team = asking_team(timedelta(days=1), due_days=0)  # less than three days from now: a reminder is due
    partner = joined_partner(team, name="Gaon University")
    rival = complete_team()

    def make() -> dict[str, Notice]:
        owner = _call(db.session.get_one(Person, team.owner_id), "Kim Haneul", "ko")
        joiner = _call(db.session.get_one(Person, partner.person_id), "Park Gaon", "en")
        _call(db.session.get_one(Person, rival.owner_id), "Rival Applicant", "ko")
        for one in (team, rival):
            db.session.get_one(Application, one.application_id).title = TITLE
        return _of_team(team, partner.institution, partner.institution_id, _known([owner, joiner]), joiner)

    return base.committed(make)


def _of_team(team: Team, code: str, institution_id: int, both: dict[str, str], joiner: Person) -> dict[str, Notice]:
    from portal.applications.models import MemberRole

    application = db.session.get_one(Application, team.application_id)
    unnamed = ["Rival Applicant"]
    invited = Institution(
        public_id=ids.public_id(), application_id=application.id, position=5, role="joint", name="Sol Labs",
        kind="company_sme", contact_email="new@example.org", invited_at=clock.now(),
    )  # fmt: skip
    db.session.add(invited)
    member: Member = add_member(
        team.context(), application.id, institution=team.lead, name="Choi Bada", email="bada@example.org",
        role=MemberRole.RESEARCHER,
    )  # fmt: skip
    link = ask_confirmation(team.context(), application.id, code, "Lee Daepyo", joiner.email)
    made = Submission(
        public_id=ids.public_id(), application_id=application.id, number=1, receipt="SMALL-ABC", content="{}",
        sha256="a" * 64, submitted_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    amendment = programs.extend_call(
        base.context(), application.call_id, application.call.closes_at + timedelta(days=1),
        {"ko": "요청이 많아", "en": "By request"},
    )  # fmt: skip
    mine = {"application_id": application.id}
    return (
        _of_referees(team, application, both, unnamed)
        | {
            "applications.institution_invited": Notice(
                {"institution_id": invited.id}, {"new@example.org": application.language}, unnamed
            ),
            "applications.member_invited": Notice(
                {"member_id": member.id}, {"bada@example.org": application.language}, unnamed
            ),
            "applications.confirmation_asked": Notice({"link_id": link.id}, _known([joiner]), unnamed),
            "applications.part_reminded": Notice({"institution_id": institution_id}, _known([joiner]), unnamed),
            "applications.submitted": Notice({"submission_id": made.id}, both, unnamed),
            "applications.withdrawn": Notice(mine, both, unnamed),
            "applications.reinstated": Notice(mine, both, unnamed),
            "programs.amended": Notice({"amendment_id": amendment.id}, both, unnamed),
        }
        | _before_deadlines(application, joiner, both, unnamed)
    )


def _before_deadlines(
    application: Application, joiner: Person, both: dict[str, str], unnamed: list[str]
) -> dict[str, Notice]:
    """An answered question and a waiting one, a deadline of one application, a code for an address."""
    call = application.call
    officer = base.person("Call Officer", "en")
    base.grant(officer, "officer", f"call:{call.public_id}")
    answered, _ = (
        programs.ask_question(base.context(joiner), call.id, f"May we apply {n}?") for n in ("twice", "late")
    )
    words = {"ko": "두 번 신청해도 됩니까?", "en": "May we apply twice?"}
    programs.answer_question(base.context(officer), answered.id, words, {"ko": "아니요.", "en": "No."}, publish=True)
    extension = Extension(
        application_id=application.id, old_closes_at=call.closes_at, new_closes_at=call.closes_at + timedelta(days=1),
        reason="A fire", given_at=clock.now(),
    )  # fmt: skip
    code = LateCode(
        public_id=ids.public_id(), call_id=call.id, until=clock.now() + timedelta(days=9), reason="An outage",
        for_email=joiner.email_key, issued_at=clock.now(),
    )  # fmt: skip
    db.session.add_all([extension, code])
    db.session.flush()
    hidden = [*unnamed, "Kim Haneul"]
    return {
        "programs.question_answered": Notice({"question_id": answered.id}, _known([joiner]), hidden),
        "applications.extended": Notice({"extension_id": extension.id}, both, unnamed),
        "applications.late_code_issued": Notice({"code_id": code.id}, _known([joiner]), hidden),
    }


REASON = "Geheimnis"


def _of_referees(team: Team, application: Application, both: dict[str, str], unnamed: list[str]) -> dict[str, Notice]:
    """One waits, one has written and one has declined for a reason that no letter tells."""

    def referee(name: str, email: str, **more: Any) -> dict[str, str]:
        made = Reference(
            public_id=ids.public_id(), application_id=application.id, name=name, email=email, email_key=email,
            relation="Adviser", language="en", invited_at=clock.now(), **more,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        return {"reference": made.public_id}

    waits = referee("Yu Gyosu", "yu@example.org")
    wrote = referee(
        "Bae Gyosu",
        "bae@example.org",
        received_at=clock.now(),
        filename="letter.pdf",
        sha256="b" * 64,
        size=10,
        pages=1,
    )
    declined = referee("Min Gyosu", "min@example.org", declined_at=clock.now(), decline_reason=REASON)
    hidden = [*unnamed, REASON]
    no_letter = [*hidden, "letter.pdf", "b" * 64]
    return {
        "applications.reference_asked": Notice(waits, {"yu@example.org": "en"}, hidden),
        "applications.reference_reminded": Notice(waits, {"yu@example.org": "en"}, hidden),
        "applications.reference_thanked": Notice(wrote, {"bae@example.org": "en"}, hidden),
        "applications.reference_arrived": Notice(wrote, both, no_letter),
        "applications.reference_declined": Notice(declined, both, no_letter),
    }


def review_notices() -> dict[str, Notice]:
    """Two reviewers of two applications: nobody learns the other's name, or an applicant's."""
    field_ = reviews.under_review(2, 2)
    review_id = reviews.submitted(field_, 0, 1)

    def make() -> dict[str, Notice]:
        first = _call(field_.person(0), "Reviewer One", "ko")
        second = _call(field_.person(1), "Reviewer Two", "en")
        for n, who in enumerate(field_.field.principals):
            _call(db.session.get_one(Person, who), f"Principal {n}", "en")
        applicants = [f"Principal {n}" for n in range(2)]
        panel = db.session.get_one(Panel, field_.field.panel_id)
        third = base.person("Reviewer Three", "en")
        seat = Seat(
            public_id=ids.public_id(), panel_id=panel.id, person_id=third.id, kind="academia", chair=False,
            state=SeatState.INVITED, invited_at=clock.now(),
        )  # fmt: skip
        db.session.add(seat)
        entry = reviews.entry_of(field_, 0)
        entry.application.title = TITLE
        asked = Reopening(
            public_id=ids.public_id(), application_id=entry.application_id, entry_id=entry.id,
            cause=ReopeningCause.COMPLETION, places=["sections.plan"], message="Please say more.", opened_at=clock.now(),
            due_at=clock.now() + timedelta(days=2),
        )  # fmt: skip
        db.session.add(asked)
        screening = Screening(
            public_id=ids.public_id(), entry_id=entry.id, submission_id=entry.submission_id, state=ScreeningState.INELIGIBLE, rules_hash="0" * 64,
            screened_at=clock.now(), reason="No lead institution",
        )  # fmt: skip
        db.session.add(screening)
        meeting = PanelMeeting(
            public_id=ids.public_id(),
            panel_id=panel.id,
            number=1,
            run="r",
            opened_at=clock.now(),
            opened_by_id=first.id,
        )
        db.session.add(meeting)
        db.session.flush()
        assert db.session.get_one(Review, review_id).state is ReviewState.LOCKED
        everybody = ["Reviewer One", "Reviewer Two", "Reviewer Three", *applicants]
        owner = db.session.get_one(Person, entry.application.owner_id)
        due = {"stage_id": field_.stage_id, "person_id": first.id}
        return {
            "routing.seat_invited": Notice({"seat_id": seat.id}, _known([third]), everybody),
            "routing.assigned": Notice({"panel_id": panel.id, "person_id": first.id}, _known([first]), everybody),
            "reviews.submitted": Notice({"review_id": review_id}, _known([second]), everybody),
            "reviews.meeting_opened": Notice({"meeting_id": meeting.id}, _known([second]), everybody),
            "reviews.reminder": Notice(due, _known([first]), everybody),
            "screening.ineligible": Notice({"screening_id": screening.id}, _known([owner]), everybody),
            **{
                f"applications.{kind}": Notice({"reopening_id": asked.id}, _known([owner]), everybody)
                for kind in ("reopened", "reopening_reminded", "reopening_missed")
            },
            "applications.completed": Notice({"submission_id": entry.submission_id}, _known([owner]), everybody),
        }

    return base.committed(make)


def award_notices() -> dict[str, Notice]:
    """Two teams decided together: each learns its own outcome."""

    def make() -> dict[str, Notice]:
        awards.with_plan()
        found = awards.ready(2)
        mine, other = found.owners
        _call(mine, "Owner One", "en")
        _call(other, "Owner Two", "ko")
        _call(found.chair, "Chair Person", "ko")
        officer, administrator, proposer = (
            base.person(n, language) for n, language in (("Officer", "en"), ("Administrator", "ko"), ("Proposer", "en"))
        )
        base.grant(officer, "officer")
        for who in (administrator, proposer):
            base.grant(who, "administrator")
        found.entries[0].application.title = TITLE
        at = clock.now()
        decision = Decision(
            public_id=ids.public_id(), stage_id=found.stage.id, ranking_run_id=found.run.id, rules_hash="0" * 64,
            reason="R", state=DecisionState.PUBLISHED, proposed_at=at, proposed_by_id=proposer.id, published_at=at,
            annulment_reason="Too few",
        )  # fmt: skip
        db.session.add(decision)
        db.session.flush()
        waiting = Decision(
            public_id=ids.public_id(), stage_id=found.stage.id, ranking_run_id=found.run.id, rules_hash="0" * 64,
            reason="R", state=DecisionState.PROPOSED, proposed_at=at, proposed_by_id=proposer.id,
        )  # fmt: skip
        outcome = Outcome(
            public_id=ids.public_id(), decision_id=decision.id, entry_id=found.entries[0].id, result=Result.AWARD,
            rank=1, reason="Convincing",
        )  # fmt: skip
        db.session.add_all([waiting, outcome])
        db.session.flush()
        award = Award(
            public_id=ids.public_id(), outcome_id=outcome.id, application_id=found.entries[0].application_id,
            call_id=found.call.id, state=AwardState.OFFERED, created_at=at, answer_until=at,
        )  # fmt: skip
        db.session.add(award)
        db.session.flush()
        hidden = ["Owner Two", "Chair Person"]
        words = Words(
            {"ko": "‘{title}’ 안내", "en": "News of {title}"},
            {
                "ko": "{name} 님, {receipt} 건입니다.",
                "en": "Dear {name}, this is about {receipt} of {call}, due {deadline}.",
            },
        )
        chosen = select(Application.id).where(Application.id == found.entries[0].application_id)
        batch = stage_batch(base.context(officer, "officer"), found.call.id, words, chosen)
        written = list(db.session.scalars(select(BatchRecipient.id).where(BatchRecipient.batch_id == batch.id)))
        about, decided = {"award_id": award.id}, {"decision_id": decision.id}
        return {
            "notifications.batch": Notice({"recipient_ids": written}, _known([mine]), hidden),
            "awards.outcome": Notice({"outcome_id": outcome.id}, _known([mine]), hidden),
            "awards.offer": Notice(about, _known([mine]), hidden),
            "awards.proposed": Notice({"decision_id": waiting.id}, _known([administrator]), [*hidden, "Owner One"]),
            **{
                f"awards.{kind}": Notice({"decision_id": waiting.id}, _known(asked), [*hidden, "Owner One"])
                for kind, asked in (
                    ("approval_reminder", [administrator]),
                    ("approval_overdue", [administrator, proposer]),
                )
            },
            "awards.returned": Notice(decided, _known([proposer]), [*hidden, "Owner One"]),
            "awards.accepted": Notice(about, _known([officer]), hidden),
            "awards.declined": Notice(about, _known([officer]), hidden),
            "awards.expired": Notice(about, _known([officer]), hidden),
        }

    return base.committed(make)


def house_notices() -> dict[str, Notice]:
    """Accounts, the books, the chain; what the officers of a call hear, whatever their scope."""

    def make() -> dict[str, Notice]:
        from tests.factories.accounts import account

        who = account(base.person("New Person", "en"), confirmed=False)
        budget, auditor = base.person("Budget Officer", "ko"), base.person("Auditor", "en")
        base.grant(budget, "budget_officer")
        base.grant(auditor, "auditor")
        administrators = db.session.scalars(select(Person).where(Person.name.in_(("Administrator", "Proposer")))).all()
        officers = db.session.scalars(select(Person).where(Person.name.in_(("Officer", "Call Officer")))).all()
        asked = db.session.scalars(select(PublicQuestion.call_id)).first()
        panel = db.session.scalars(select(Panel.id).order_by(Panel.id)).first()
        whole = [officer for officer in officers if officer.name == "Officer"]
        freeze = Freeze(at=clock.now(), finding="t_root: 1 != 2")
        anchor = AuditAnchor(at=clock.now(), sequence=1, hash="0" * 64, reason="deadline X", signature="f" * 128)
        today = clock.now().date()
        away = Absence(
            public_id=ids.public_id(), person_id=budget.id, since=today, until=today, deputy_id=auditor.id,
            created_at=clock.now(),
        )  # fmt: skip
        db.session.add_all([freeze, anchor, away])
        db.session.flush()
        return {
            **{
                f"accounts.{kind}": Notice({"person_id": who.id}, _known([who]))
                for kind in ("confirm", "reset", "already_registered")
            },
            "accounts.stands_in": Notice({"absence_id": away.id}, _known([auditor])),
            "budgets.mismatch": Notice({"freeze_id": freeze.id}, _known([budget, *administrators])),
            "programs.questions_wait": Notice({"call_id": asked}, _known(officers), ["Kim Haneul", "Park Gaon"]),
            "routing.revoked": Notice(
                {"panel_id": panel}, _known(whole), ["Reviewer One", "Reviewer Two", "Principal 0", "Principal 1"]
            ),
            "audit.anchored": Notice({"anchor_id": anchor.id, "notable": True}, _known([auditor])),
        }

    return base.committed(make)


def session_notices() -> dict[str, Notice]:
    """Two teams that exchange their slots: neither learns the other's name, nor who hears them."""
    day = sessions.published(entries=3, slots=3)

    def make() -> dict[str, Notice]:
        first, second = day.owner(0), day.owner(1)
        _call(first, "Team One", "ko")
        _call(second, "Team Two", "en")
        second.time_zone = "America/New_York"
        for n in range(3):
            day.slot(n).place = "Room 3"
        for n, title in enumerate(("Model of one", "Model of two")):
            day.application(n).title, day.application(n).applicant = title, f"Lab of {title}"
        for n, who in enumerate(day.field.reviewers):
            _call(db.session.get_one(Person, who), f"Hearer {n}", "ko")
        swap = routing.ask_to_swap(day.as_owner(0), day.slots[0], day.slots[1])
        refused = routing.ask_to_swap(day.as_owner(1), day.slots[1], day.slots[2])
        routing.answer_swap(day.as_owner(2), refused.id, False)
        mine = {"session_id": day.slots[1], "entry_id": day.field.entries[1]}
        hidden = ["Team One", "Model of one", "Hearer 0", "Hearer 1", "Hearer 2"]
        return {
            "routing.session_given": Notice(mine, _known([second]), hidden),
            "routing.session_changed": Notice(mine, _known([second]), hidden),
            "routing.session_reminded": Notice(
                mine | {"starts_at": day.starts(1).isoformat()}, _known([second]), hidden
            ),
            "routing.swap_asked": Notice({"swap_id": swap.id}, _known([second]), hidden),
            "routing.swap_answered": Notice({"swap_id": refused.id}, _known([second]), hidden),
        }

    return base.committed(make)


def everything() -> dict[str, Notice]:
    return team_notices() | review_notices() | award_notices() | session_notices() | house_notices()
