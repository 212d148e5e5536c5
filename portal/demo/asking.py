"""Questions to an open call, and its officer's answers; one team that gets a day more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.applications import service as applications
from portal.demo.acting import Steps, act, act_as_operator, read
from portal.demo.calls import next_morning
from portal.demo.people import DOMAIN, Cast, account
from portal.platform import clock
from portal.platform.context import Context
from portal.platform.db import db
from portal.programs import service as programs
from portal.programs.models import Call

WHY = "연구실 화재로 사업비 자료를 다시 만들어야 한다는 확인서를 받았습니다."


@dataclass(frozen=True)
class Asked:
    """`days` before the present; without an answer it still waits."""

    days: float
    text: str
    in_english: str
    answer: tuple[str, str] | None = None


TO_THE_MODELS = (
    Asked(
        12, "외국 대학의 연구실도 공동기관으로 참여할 수 있습니까?", "Can a laboratory of a university abroad take part as a joint institution?",
        ("예, 참여할 수 있습니다. 다만 주관기관은 될 수 없고, 지원금은 국내 기관에만 지급합니다.",
         "Yes. It cannot lead the consortium, though, and money is paid to institutions in Korea only."),
    ),
    Asked(
        9, "대학이 직접 들어오지 않고 대학원생만 참여자로 넣어도 됩니까?", "Is it enough to add graduate students as members, without their university?",
        ("예. 대학이 한 곳 이상 참여하거나 대학원생이 참여하면 됩니다.",
         "Yes. Either a university or graduate students have to take part."),
    ),
    Asked(4, "마감 뒤에 기관 확인이 끝나도 신청이 유효합니까?", ""),
)  # fmt: skip
TO_PATHFINDER = (
    Asked(
        5, "모셔 올 연구자가 계약 전까지 해외 기관에 있으면 됩니까?", "Is it enough that the researcher works abroad until the contract?",
        ("접수 마감일에 해외 기관에 소속되어 있어야 합니다. 그 뒤에 옮기는 것은 괜찮습니다.",
         "The researcher has to work abroad on the day of the deadline. Moving later is fine."),
    ),
    Asked(2, "체재비에 가족의 항공료도 넣을 수 있습니까?", ""),
)  # fmt: skip


def questions(code: str, asked: tuple[Asked, ...], cast: Cast, name: str, address: str, present: datetime) -> Steps:
    """Each is asked at its moment and answered the morning after."""
    yield present - timedelta(days=asked[0].days + 1)
    asker: int = act_as_operator(lambda context: account(context, name, f"{address}@{DOMAIN}").id)
    call_id: int = read(lambda: db.session.query(Call.id).filter_by(code=code).scalar())
    for one in asked:
        yield present - timedelta(days=one.days)
        number = act(asker, _ask, call_id, one.text)
        if one.answer is None:
            return
        yield next_morning(clock.now(), 11)
        shown, answer = {"ko": one.text, "en": one.in_english}, dict(zip(("ko", "en"), one.answer, strict=True))
        act(cast.officers[0], _answer, number, shown, answer)


def _ask(context: Context, call_id: int, text: str) -> int:
    return programs.ask_question(context, call_id, text).id


def _answer(context: Context, number: int, shown: dict[str, str], answer: dict[str, str]) -> None:
    programs.answer_question(context, number, shown, answer, publish=True)


def a_day_more(code: str, owner: str, cast: Cast, moment: datetime) -> Steps:
    """The officer gives one team, by its applicant's address, a day beyond the call's deadline."""
    yield moment

    def extend(context: Context) -> None:
        call = db.session.query(Call).filter_by(code=code).one()
        applications.extend_one(context, call.id, owner, call.closes_at + timedelta(days=1), WHY)

    act(cast.officers[0], extend)
