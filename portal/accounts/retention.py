"""How long each kind of personal data is kept, from when, and why: the one table that `/privacy` shows and the daily
job applies.

Marks: [F] found in a public text, [P] set by this portal and open to change. The years of applications are those of
the consent text (applications/consent.py); a new schedule needs a new version of that text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from portal.platform.language import Text


@dataclass(frozen=True)
class Term:
    """`days` after `starts`; None: as long as what it belongs to, or for good. `mark`: where the length comes from."""

    code: str
    data: Text
    purpose: Text
    days: int | None
    starts: Text
    basis: Text
    mark: str = "P"
    for_good: bool = False

    @property
    def span(self) -> timedelta:
        assert self.days is not None
        return timedelta(days=self.days)


YEAR: Final = 365
RUNS: Final = Text("계정 운영과 안내", "To run the account and to write to you")
DECIDES: Final = Text(
    "신청 접수, 평가, 선정과 통보", "To take in, evaluate and decide applications, and to give notice"
)
ACCOUNTS_FOR: Final = Text("결정 과정의 확인과 감사", "To be able to check how decisions were made")

SCHEDULE: Final[tuple[Term, ...]] = (
    Term("account", Text("이름, 전자우편 주소, 연구자번호, 소속, 역할", "Name, e-mail address, researcher number, affiliations, roles"),
         RUNS, 0, Text("계정을 닫고, 남은 신청과 평가의 보유기간이 모두 끝난 때", "the account is closed and the terms of all its applications and reviews are over"),
         Text("계정 동의문", "Text of the account's consent")),
    Term("unconfirmed", Text("확인하지 않은 가입 신청", "Registrations that were never confirmed"),
         RUNS, 30, Text("가입 신청일", "the registration"), Text("더 쓸 일이 없음", "No further use")),
    Term("session", Text("로그인한 기기와 일회용 링크", "Signed-in devices and one-time links"),
         RUNS, 30, Text("마지막 사용", "the last use"), Text("더 쓸 일이 없음", "No further use")),
    Term("reviewer", Text("평가위원의 전문 분야와 담당 가능 건수", "A reviewer's fields and capacity"),
         DECIDES, 0, Text("계정을 닫은 때", "the account is closed"), Text("평가위원 본인이 적은 정보", "Given by the reviewer")),
    Term("absence", Text("부재와 대리", "Absences and deputies"), RUNS, YEAR, Text("부재의 마지막 날", "the last day away"),
         Text("승인 과정의 확인", "To check approvals")),
    Term("draft", Text("제출하지 않은 신청서와 첨부", "Applications that were never handed in, with their files"),
         DECIDES, YEAR, Text("접수 마감", "the deadline"), Text("이어 쓰거나 다시 내는 데 대비", "So that it can be taken up again")),
    Term("application", Text("선정되지 않은 신청서, 참여자, 첨부", "Applications not selected, their members and files"),
         DECIDES, YEAR, Text("결과 통보", "notice of the result"),
         Text("참여자 동의문; 국가연구개발 과제평가 표준지침 30쪽(결과 뒤 1년 이상 보관 권장)",
              "Members' consent; Project Evaluation Standard Guideline p. 30 (a year or more after the result is recommended)"), "F"),
    Term("award", Text("선정된 신청서, 참여자, 첨부", "Selected applications, their members and files"),
         DECIDES, 5 * YEAR, Text("협약이나 지원의 종료", "the agreement or the award ends"), Text("참여자 동의문", "Members' consent")),
    Term("review", Text("평가 의견과 점수, 맡은 평가위원", "Reviews and scores, and who wrote them"),
         DECIDES, None, Text("그 신청서와 함께", "together with the application"),
         Text("국가연구개발 과제평가 표준지침 30쪽", "Project Evaluation Standard Guideline p. 30"), "F"),
    Term("letter", Text("편지의 내용", "The text of letters"), RUNS, 3 * YEAR, Text("보낸 날", "the day it was sent"),
         Text("통보 사실의 확인(혁신법 제14조 제5항의 통보)", "Proof of notice (Innovation Act, art. 14(5))")),
    Term("consent", Text("동의의 시각과 동의문의 판", "When you consented to which version of a text"),
         ACCOUNTS_FOR, None, Text("동의가 미치는 정보와 함께", "together with the data it covers"), Text("동의의 증명", "Proof of consent")),
    Term("reading", Text("누가 개인정보를 보았는지의 기록", "Who looked at personal data"),
         ACCOUNTS_FOR, 2 * YEAR, Text("열람일", "the look"), Text("이 포털의 약속", "This portal's promise")),
    Term("copy", Text("내려받으려고 만든 내 정보 사본", "Copies of your data that you asked for"),
         RUNS, 7, Text("만든 때", "it was made"), Text("내려받기 위한 파일", "A file to be downloaded")),
    Term("decision", Text("선정 결과, 결정의 사유, 지원 금액", "Decisions, their reasons and amounts"),
         ACCOUNTS_FOR, None, Text("", ""), Text("공공기록", "A public record"), for_good=True),
    Term("chain", Text("감사 기록(이름 없이 번호와 해시만)", "The audit chain (numbers and hashes, no names)"),
         ACCOUNTS_FOR, None, Text("", ""), Text("고치거나 지울 수 없는 기록", "A record that nobody can change"), for_good=True),
)  # fmt: skip
TERMS: Final = {term.code: term for term in SCHEDULE}
COPIES_A_DAY: Final = 3  # assumed [P]
