"""Recommendation, decision, outcomes, awards and their components."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.applications.models import Application, StageEntry
from portal.platform.db import Model, one_of, pk, public
from portal.programs.models import Stage
from portal.routing.models import Panel


class AwardTable(Model):
    """The panel's table of recommended amounts; the chair closes it. Internal until a decision is published."""

    __tablename__ = "award_table"

    id: Mapped[pk]
    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    panel: Mapped[Panel] = relationship()


class Recommendation(Model):
    """The panel's advice on one component of one entry; the same shape as RequestedMeans."""

    __tablename__ = "recommendation"
    __table_args__ = (
        UniqueConstraint("table_id", "entry_id", "component", "option", "year"),
        CheckConstraint("quantity >= 0 AND months >= 0", name="not_negative"),
    )

    id: Mapped[pk]
    table_id: Mapped[int] = mapped_column(ForeignKey("award_table.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    component: Mapped[str] = mapped_column(String(40))
    option: Mapped[str] = mapped_column(String(40), default="")
    year: Mapped[int] = mapped_column(default=0)
    quantity: Mapped[int]
    months: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class DecisionState(enum.StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    ANNULLED = "annulled"


class Decision(Model):
    """One per stage and track: proposed, approved by a second person, published as its own dated act."""

    __tablename__ = "decision"

    id: Mapped[pk]
    public_id: Mapped[public]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    track: Mapped[str] = mapped_column(String(40), default="")
    ranking_run_id: Mapped[int] = mapped_column(ForeignKey("ranking_run.id"))
    state: Mapped[DecisionState] = mapped_column(one_of(DecisionState), default=DecisionState.PROPOSED)
    rules_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # as whose deputy
    approval_note: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    annulled_at: Mapped[datetime | None]
    annulled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    annulment_reason: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[Stage] = relationship()
    outcomes: Mapped[list[Outcome]] = relationship(order_by="Outcome.rank, Outcome.id", back_populates="decision")


class CommitteeSitting(Model):
    """The deliberation committee confirmed a proposed decision, or returned it; written down by its secretary."""

    __tablename__ = "committee_sitting"
    __table_args__ = (
        CheckConstraint(
            "members > 0 AND present >= 0 AND present <= members AND in_favour >= 0 AND in_favour <= present",
            name="counts",
        ),
    )

    id: Mapped[pk]
    public_id: Mapped[public]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    held_on: Mapped[date]
    members: Mapped[int]
    present: Mapped[int]
    in_favour: Mapped[int]
    confirmed: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Scenario(Model):
    """A selection that was tried: frozen inputs, rank order and best portfolio. It awards nothing.

    With `inputs["kind"] == "matching"`: a matching of choices over all tracks; its track is empty, its run one of theirs.
    """

    __tablename__ = "scenario"
    __table_args__ = (Index("ix_scenario_stage_track", "stage_id", "track"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    track: Mapped[str] = mapped_column(String(40), default="")
    ranking_run_id: Mapped[int] = mapped_column(ForeignKey("ranking_run.id"))
    name: Mapped[str] = mapped_column(String(120))
    inputs: Mapped[dict[str, Any]]
    inputs_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any] | None]
    made_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    solved_at: Mapped[datetime | None]


class Dossier(Model):
    """A published decision as fields committed one by one (awards/dossier.py); `fields` are [path, value, audience,
    salt]. Never changed."""

    __tablename__ = "dossier"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    root: Mapped[str] = mapped_column(String(64))
    fields: Mapped[list[Any]]
    made_at: Mapped[datetime]


class Result(enum.StrEnum):
    ADVANCE = "advance"
    AWARD = "award"
    RESERVE = "reserve"
    DECLINE = "decline"


class Outcome(Model):
    """What the decision says of one stage entry, with its reason.

    A reserve is later promoted, or passed over and off the list, by a named person with a reason.
    """

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("decision_id", "entry_id"),)

    id: Mapped[pk]
    public_id: Mapped[public]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("stage_entry.id"), index=True)
    result: Mapped[Result] = mapped_column(one_of(Result))
    rank: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    promoted_at: Mapped[datetime | None]
    passed_over_at: Mapped[datetime | None]
    reserve_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reserve_reason: Mapped[str | None] = mapped_column(Text)
    placed_track: Mapped[str | None] = mapped_column(String(40))  # where its place is, if not in the decision's track
    placing: Mapped[dict[str, Any] | None]  # what a matching of choices said of it (placing.told)
    decision: Mapped[Decision] = relationship(back_populates="outcomes")
    entry: Mapped[StageEntry] = relationship()


class AwardState(enum.StrEnum):
    RESERVED = "reserved"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    AGREED = "agreed"
    ACTIVE = "active"
    ENDED = "ended"
    ELIMINATED = "eliminated"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Award(Model):
    """The decision to fund, a bundle of components. Its money is reserved from the approval on."""

    __tablename__ = "award"

    id: Mapped[pk]
    public_id: Mapped[public]
    outcome_id: Mapped[int] = mapped_column(ForeignKey("outcome.id"), unique=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    state: Mapped[AwardState] = mapped_column(one_of(AwardState), default=AwardState.RESERVED)
    created_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    answer_until: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decline_reason: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[Outcome] = relationship()
    application: Mapped[Application] = relationship()
    components: Mapped[list[AwardComponent]] = relationship(order_by="AwardComponent.id", back_populates="award")


class AwardComponent(Model):
    """One part of the bundle; `quantity` in the component's unit, resources for `months` from the call's first."""

    __tablename__ = "award_component"
    __table_args__ = (
        UniqueConstraint("award_id", "component", "option", "year"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[pk]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    component: Mapped[str] = mapped_column(String(40))
    option: Mapped[str] = mapped_column(String(40), default="")
    year: Mapped[int] = mapped_column(default=0)
    quantity: Mapped[int]
    months: Mapped[int] = mapped_column(default=0)
    value: Mapped[int]  # currency minor units: the money, or the in-kind value charged
    award: Mapped[Award] = relationship(back_populates="components")
