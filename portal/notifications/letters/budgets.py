"""Letters to budget officers when the books disagree."""

from __future__ import annotations

from typing import Any

from portal.accounts.models import Role
from portal.budgets.jobs import MISMATCH
from portal.budgets.models import Freeze
from portal.notifications.drafts import Draft, letter
from portal.notifications.letters.recipients import holders, line
from portal.platform.context import Context
from portal.platform.db import db
from portal.platform.language import Text


@letter(MISMATCH)
def mismatch(context: Context, payload: dict[str, Any]) -> list[Draft]:
    freeze = db.session.get_one(Freeze, payload["freeze_id"])
    return [
        Draft(
            to=to,
            subject=Text("예산 대사에서 차이가 발견되었습니다", "The budget's books disagree"),
            paragraphs=[
                line(
                    "예산 항목의 사용액과 기록의 합이 다릅니다. 확인이 끝날 때까지 선정이 멈춥니다.",
                    "A line's used amount differs from the sum of its entries. No award is issued until this is settled.",
                ),
                lambda: freeze.finding,
            ],
            action=Text("예산 보기", "See the budget"),
            path="/office/budget",
            reference=f"F{freeze.id}",
            key=f"{freeze.id}:{to.person_id}",
        )
        for to in {
            r.person_id: r for r in holders(context.now, Role.BUDGET_OFFICER) + holders(context.now, Role.ADMINISTRATOR)
        }.values()
    ]
