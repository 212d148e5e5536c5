"""Events in words, for histories."""

from __future__ import annotations

import re

from portal.platform.language import Text, say

EVENTS: dict[str, Text] = {
    "CallDrafted": Text("공고 작성", "Call drafted"),
    "CallOpened": Text("공고 개시, 규칙 확정", "Call opened, rules frozen"),
    "CallClosed": Text("접수 마감", "Call closed"),
    "CallAmended": Text("공고 변경", "Call amended"),
    "QuestionAsked": Text("질문 접수", "Question asked"),
    "QuestionPublished": Text("질문과 답변 공개", "Question and answer published"),
    "AnswerCorrected": Text("공개한 답변 고침", "Published answer corrected"),
    "QuestionHidden": Text("질문 가림", "Question hidden"),
    "QuestionShownAgain": Text("가린 질문 다시 공개", "Hidden question shown again"),
    "LateCodeIssued": Text("늦은 제출 코드 발급", "Code for a late submission issued"),
    "LateCodeUsed": Text("늦은 제출 코드 사용", "Code for a late submission used"),
    "DeadlineExtended": Text("이 신청서만 마감 연장", "Deadline of this application extended"),
    "CallDecided": Text("결정 공개 완료", "All decisions published"),
    "ApplicationStarted": Text("신청서 작성 시작", "Application started"),
    "ApplicationSubmitted": Text("제출", "Submitted"),
    "ApplicationWithdrawn": Text("철회", "Withdrawn"),
    "ApplicationReinstated": Text("철회 취소", "Reinstated"),
    "ApplicationClosed": Text("마감으로 확정", "Closed at the deadline"),
    "RefereeNamed": Text("추천인 지정", "Referee named"),
    "RefereeAskedAgain": Text("추천서 다시 요청", "Referee asked again"),
    "RefereeRemoved": Text("추천인 뺌", "Referee removed"),
    "ReferenceReceived": Text("추천서 도착", "Reference letter received"),
    "ReferenceDeclined": Text("추천 사양", "Referee declined"),
    "StageEntered": Text("평가 단계 진입", "Entered a stage"),
    "EntryMoved": Text("단계 상태 변경", "Stage state changed"),
    "ProgramInstalled": Text("사업 등록", "Program installed"),
    "ScoresRecorded": Text("평가 제출", "Review submitted"),
    "ReviewClosed": Text("평가 종료", "Review closed"),
    "PacketAsked": Text("평가 자료 묶음 요청", "Review packet asked for"),
    "PacketMade": Text("평가 자료 묶음 완성", "Review packet made"),
    "PacketDownloaded": Text("평가 자료 묶음 내려받음", "Review packet downloaded"),
    "PacketsRemoved": Text("평가 자료 묶음 삭제", "Review packets removed"),
    "ReviewersReminded": Text("위원에게 다시 알림", "Reviewers reminded"),
    "ReviewerNamesRead": Text("위원 이름 열람", "Reviewers' names read"),
    "StageRanked": Text("순위 계산", "Stage ranked"),
    "ConditionFound": Text("조건 판정", "Condition judged"),
    "RankingCalibrated": Text("점수 보정", "Scores calibrated"),
    "RankingReplayed": Text("순위 재현", "Rankings replayed"),
    "RankingExported": Text("순위 내려받기", "Ranking downloaded"),
    "MatchingSaved": Text("여러 지망의 배정 계산", "Matching of choices computed"),
    "MatchingExported": Text("여러 지망의 배정 내려받기", "Matching of choices downloaded"),
    "AbsenceSaid": Text("부재 알림", "Absence recorded"),
    "AbsenceEnded": Text("부재 끝냄", "Absence ended"),
    "PersonRead": Text("사람 정보 열람", "A person's record read"),
    "PersonalCopyAsked": Text("내 정보 사본 요청", "Copy of own data asked for"),
    "PersonalCopyMade": Text("내 정보 사본 만듦", "Copy of own data made"),
    "PersonalCopyTaken": Text("내 정보 사본 내려받음", "Copy of own data downloaded"),
    "AccountClosed": Text("본인이 계정 닫음", "Account closed by its owner"),
    "PersonErased": Text("사람 정보 삭제", "A person's data erased"),
    "MemberErased": Text("참여자 정보 삭제", "A member's data erased"),
    "ApplicationErased": Text("보유기간이 지난 신청서 삭제", "Application erased at the end of its term"),
    "ErasureCarriedOut": Text("삭제 요청 처리", "Request to erase carried out"),
    "RetentionApplied": Text("보유기간이 지난 정보 파기", "Data past its term erased"),
    "ApplicationsDownloaded": Text("신청 목록 내려받기", "List of applications downloaded"),
    "LettersStaged": Text("편지 준비", "Letters prepared"),
    "LettersConfirmed": Text("편지 발송 확인", "Letters confirmed"),
    "LettersWritten": Text("편지 작성 완료", "Letters written"),
    "LettersGivenUp": Text("편지를 보내지 않기로 함", "Letters given up"),
    "LetterTemplateSaved": Text("편지 양식 저장", "Letter template saved"),
    "LetterTemplateDeleted": Text("편지 양식 삭제", "Letter template deleted"),
    "JobRetried": Text("작업 다시 시작", "Job retried"),
}


def event_words(kind: str) -> str:
    """The event in the current language; one without words of its own is shown as its split name."""
    return say(EVENTS[kind]) if kind in EVENTS else re.sub(r"(?<!^)(?=[A-Z])", " ", kind)
