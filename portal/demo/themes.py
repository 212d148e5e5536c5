"""What the invented consortia want to build, and the sentences they write about it, in both languages.

A sentence has places: {field}, {aim}, {data}, {user} of the theme, {lead} the leading institution.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Pair(NamedTuple):
    ko: str
    en: str

    def of(self, language: str) -> str:
        return self.en if language == "en" else self.ko


class Theme(NamedTuple):
    title: Pair
    field: Pair
    aim: Pair
    data: Pair
    user: Pair


P = Pair
THEMES: Final = (
    Theme(P("국민 누구나 쓰는 한국어 추론 파운데이션 모델", "A reasoning foundation model in Korean for everyone"),
          P("한국어 추론", "reasoning in Korean"), P("긴 글을 끝까지 따져 답하는", "answers that follow a long text through"),
          P("한국어 교과·법령·판례 말뭉치", "corpora of Korean schoolbooks, statutes and rulings"),
          P("공공 상담 창구", "public help desks")),
    Theme(P("제조 현장의 설비와 대화하는 멀티모달 모델", "A multimodal model that talks with machines on the shop floor"),
          P("제조 멀티모달", "multimodal manufacturing"), P("도면·영상·센서를 함께 읽는", "reading drawings, video and sensors together"),
          P("공정 영상과 설비 이력", "process video and machine histories"), P("중소 제조기업", "small manufacturers")),
    Theme(P("온디바이스로 도는 경량 독자 언어모델", "A sovereign language model small enough for devices"),
          P("온디바이스 언어모델", "on-device language models"), P("통신이 끊겨도 일하는", "working without a network"),
          P("일상 대화와 방언 음성", "everyday conversation and dialect speech"), P("재난 현장과 농어촌", "disaster sites and rural areas")),
    Theme(P("과학 발견을 돕는 연구 파운데이션 모델", "A foundation model that helps scientific discovery"),
          P("과학 인공지능", "AI for science"), P("가설을 세우고 실험을 설계하는", "framing hypotheses and designing experiments"),
          P("논문·특허·실험 기록", "papers, patents and laboratory records"), P("출연연과 대학 실험실", "national and university laboratories")),
    Theme(P("한국어·수어·음성을 잇는 접근성 모델", "An accessibility model joining Korean, sign language and speech"),
          P("접근성", "accessibility"), P("장애가 있어도 같은 정보를 얻게 하는", "giving everyone the same information"),
          P("수어 영상과 자막", "sign language video and captions"), P("장애인과 고령층", "disabled and older people")),
    Theme(P("공공문서 이해와 행정 에이전트 모델", "An agent model that understands public documents"),
          P("행정 에이전트", "administrative agents"), P("서식을 채우고 근거를 대는", "filling in forms and citing the grounds"),
          P("공문서와 행정규칙", "official documents and administrative rules"), P("지방자치단체", "local governments")),
    Theme(P("의료 기록을 안전하게 읽는 임상 언어모델", "A clinical language model that reads records safely"),
          P("임상 언어모델", "clinical language models"), P("진료 기록을 요약하고 위험을 알리는", "summarising records and flagging risks"),
          P("비식별 진료 기록", "de-identified clinical records"), P("지역 병원", "regional hospitals")),
    Theme(P("영상 이해를 위한 한국형 비디오 모델", "A video understanding model for Korean media"),
          P("영상 이해", "video understanding"), P("긴 영상에서 필요한 장면을 찾는", "finding the scene one needs in hours of video"),
          P("방송 영상과 대본", "broadcast video and scripts"), P("방송사와 창작자", "broadcasters and creators")),
    Theme(P("코드와 시스템을 함께 짜는 개발 에이전트", "A developer agent that writes code and systems"),
          P("코드 생성", "code generation"), P("요구사항에서 시험까지 이어 가는", "going from requirement to test"),
          P("공개 저장소와 설계 문서", "open repositories and design documents"), P("소프트웨어 개발자", "software developers")),
    Theme(P("다국어 번역과 교류를 위한 아시아 언어 모델", "An Asian language model for translation and exchange"),
          P("다국어", "multilingual modelling"), P("적은 자료로도 잘 옮기는", "translating well from little data"),
          P("아시아 언어 병렬 말뭉치", "parallel corpora of Asian languages"), P("다문화 가정과 수출기업", "multicultural families and exporters")),
    Theme(P("기후와 재난을 내다보는 지구 모델", "An earth model that looks ahead to climate and disasters"),
          P("기후·재난 예측", "climate and disaster forecasting"), P("골목 단위까지 미리 알리는", "warning street by street"),
          P("위성·기상 관측 자료", "satellite and weather observations"), P("재난 안전 기관", "disaster agencies")),
    Theme(P("교육 현장의 학습 동반자 모델", "A learning companion model for schools"),
          P("교육", "education"), P("틀린 까닭을 함께 찾는", "finding together why an answer is wrong"),
          P("교과서와 풀이 과정", "textbooks and worked solutions"), P("교사와 학생", "teachers and pupils")),
    Theme(P("로봇의 몸으로 배우는 행동 파운데이션 모델", "An action foundation model that learns in robots' bodies"),
          P("로봇 행동", "robot action"), P("보고 듣고 움직이는", "seeing, hearing and moving"),
          P("시연과 모의실험 자료", "demonstrations and simulation data"), P("물류와 돌봄 현장", "logistics and care")),
    Theme(P("금융·법률 신뢰 응답 모델", "A model of trustworthy answers in finance and law"),
          P("금융·법률", "finance and law"), P("근거 조문을 대며 답하는", "answering with the article it rests on"),
          P("약관·법령·공시", "terms, statutes and disclosures"), P("소비자와 소상공인", "consumers and small shops")),
    Theme(P("문화유산을 잇는 옛글 이해 모델", "A model that understands old Korean texts"),
          P("문화유산", "cultural heritage"), P("한문과 옛한글을 오늘의 말로 옮기는", "bringing classical texts into today's language"),
          P("고문헌 원문과 번역", "old documents and their translations"), P("박물관과 시민", "museums and citizens")),
)  # fmt: skip

SENTENCES: Final[dict[str, tuple[Pair, ...]]] = {
    "need": (
        P("{field} 분야에서 지금 쓰는 외국 모델은 {data}를 거의 배우지 못해, {user}에서 틀린 답을 그럴듯하게 내놓습니다.",
          "Foreign models in use today have hardly seen {data}; at {user} they give wrong answers that sound right."),
        P("우리가 만들려는 것은 {aim} 모델이며, 무엇을 어떤 자료로 배웠는지 처음부터 끝까지 우리가 압니다.",
          "We build a model for {aim}, and we know from the first step to the last what it learned and from which data."),
        P("서비스가 갑자기 끊기거나 값이 오르면 {user}가 먼저 멈춥니다. 스스로 고칠 수 있는 모델이 필요합니다.",
          "When a service stops or its price rises, {user} stop first. A model that we can mend ourselves is needed."),
        P("기존 과제는 공개 모델을 다듬는 데 그쳤습니다. 이 과제는 설계와 사전학습을 새로 합니다.",
          "Earlier projects tuned open models. This one designs and pre-trains anew."),
    ),
    "team": (
        P("{lead}이(가) 설계와 사전학습을 맡고, 대학이 정렬과 평가를, 참여기업이 자료와 서비스를 맡습니다.",
          "{lead} is in charge of design and pre-training, the universities of alignment and evaluation, the companies of data and services."),
        P("주마다 학습 기록을 함께 보고, 달마다 기관별 진도를 공개하며, 석 달마다 역할을 다시 나눕니다.",
          "We read the training logs together each week, publish each institution's progress monthly and divide the roles again each quarter."),
        P("설계·자료·기반·평가의 네 모임에 각각 책임자를 두고, 결정은 두 주 안에 기록으로 남깁니다.",
          "Four groups - design, data, infrastructure, evaluation - have one head each; every decision is on record within two weeks."),
        P("대학원생은 학위 주제를 과제 안에서 정하고, 모델 공개와 함께 논문을 냅니다.",
          "Graduate students choose their thesis within the project and publish with the release of each model."),
    ),
    "track_record": (
        P("지난 3년 동안 작은 규모에서 큰 규모로 세 번 처음부터 학습하며, 손실이 튀는 까닭과 되돌리는 법을 익혔습니다.",
          "In three years we trained from scratch three times, from small to large, and learned why the loss spikes and how to recover."),
        P("{data}를 정제하는 과정에서 중복을 31% 걷어 냈고, 그 방법을 공개했습니다.",
          "While cleaning {data} we removed 31% of duplicates, and published how."),
        P("실패도 있었습니다. 두 번째 학습은 토크나이저 때문에 다시 시작했고, 그 뒤로는 작은 모의학습으로 먼저 확인합니다.",
          "There were failures: the second run started over because of its tokenizer; since then a small rehearsal comes first."),
    ),
    "goal": (
        P("최종 목표는 최근 여섯 달 안에 나온 세계 최고 수준 모델의 95% 이상을 {field} 지표와 공통 지표에서 함께 넘는 것입니다.",
          "The final goal is 95% or more of the best models of the last six months, both on measures of {field} and on common ones."),
        P("단계마다 비교 대상을 새로 정하고, 평가 자료는 학습에 쓰이지 않았음을 확인하여 제출합니다.",
          "The models compared with are set anew at each stage, and we show that the test data were not used in training."),
        P("사람이 직접 견주는 평가를 {user}와 함께 하여, 점수만 높고 쓰이지 않는 모델을 피합니다.",
          "Blind comparisons with {user} keep us from a model that scores well and is not used."),
    ),
    "method": (
        P("희소 전문가 구조를 바탕으로 하되, 한국어 형태에 맞춘 토크나이저와 긴 문맥 주의 기법을 새로 설계합니다.",
          "On a sparse mixture of experts we design a tokenizer for Korean morphology and attention for long contexts anew."),
        P("{data}를 출처별로 등급을 매기고, 권리가 확인된 것만 세 단계로 나누어 학습에 넣습니다.",
          "{data} are graded by source; only what we hold the rights to enters training, in three steps."),
        P("첫 8주에는 작은 모델 여섯 개로 자료 배합을 정하고, 다음 12주에 본 학습을 하며, 마지막 8주에 정렬과 평가를 합니다.",
          "Eight weeks of six small models settle the mix of data, twelve weeks of the main run follow, then eight of alignment and evaluation."),
        P("학습이 멈추면 15분 안에 이어 가도록 중간 저장과 자동 복구를 갖추고, 매주 한 번 일부러 꺼 봅니다.",
          "Checkpoints and automatic recovery resume a stopped run within 15 minutes; once a week we switch it off on purpose."),
        P("{aim} 능력은 검증할 수 있는 보상으로 강화학습하여 기르고, 그 과정을 기술보고서로 공개합니다.",
          "The ability of {aim} is trained by reinforcement with verifiable rewards, described in an open technical report."),
    ),
    "resources": (
        P("본 학습에 드는 연산량을 작은 모델의 손실 곡선에서 내삽하여 구했고, 여유는 15%만 두었습니다.",
          "The compute for the main run is extrapolated from the loss curves of small models, with 15% to spare."),
        P("신청한 자원이 줄면 모델 크기를 먼저 줄이고, 평가와 안전에 쓰는 몫은 줄이지 않겠습니다.",
          "If less is granted we shrink the model first, never the share for evaluation and safety."),
        P("해외에서 일하는 연구자 네 사람과 이미 이야기했고, 그중 두 사람은 지원이 정해지면 합류하기로 했습니다.",
          "We have talked with four researchers abroad; two of them join once the support is decided."),
    ),
    "openness": (
        P("모델의 가중치와 기술보고서를 공개하고, 학습 자료는 권리가 허락하는 데까지 목록을 공개합니다.",
          "Weights and technical report are open; of the training data we publish the list as far as rights allow."),
        P("상업적 이용을 허락하되, 사람을 속이는 데 쓰는 것은 이용 조건으로 막습니다.",
          "Commercial use is allowed; the terms bar using it to deceive people."),
    ),
    "contribution": (
        P("{user}에 무료로 쓸 수 있는 창구를 열고, 첫해에 30만 명이 쓰도록 하겠습니다.",
          "A free service opens for {user}; we plan for 300,000 users in the first year."),
        P("중소기업이 자기 자료로 다듬을 수 있도록 작은 판과 안내서, 예제 스무 가지를 함께 냅니다.",
          "A small version, a guide and twenty examples let smaller companies tune it with their own data."),
        P("해마다 공개 강좌를 네 번 열고, 평가 자료와 채점 도구를 누구나 쓸 수 있게 둡니다.",
          "Four open courses a year, and test data with scoring tools for everyone."),
    ),
    "safety": (
        P("위험 응답을 스무 갈래로 나누어 달마다 점검하고, 결과를 좋고 나쁨 없이 그대로 공개합니다.",
          "Twenty kinds of harmful answers are tested monthly, and the results published as they are."),
        P("{data} 가운데 개인정보는 수집 단계에서 지우고, 남은 것이 있는지 표본을 뽑아 사람이 확인합니다.",
          "Personal data in {data} are removed when collected; people check samples for what remains."),
        P("저작권자가 빼 달라고 하면 열흘 안에 자료에서 빼고, 다음 학습부터 쓰지 않습니다.",
          "When a right holder objects, the work leaves the data within ten days and is not used in later training."),
    ),
    "institution": (
        P("우리 기관은 {data}의 수집과 정제, 그리고 {user}와 함께 하는 실증을 맡습니다.",
          "Our institution collects and cleans {data}, and runs the trials with {user}."),
        P("맡은 일은 넉 달째에 첫 결과를 내고, 결과물은 컨소시엄 저장소에 그날 올립니다.",
          "Our first result is due in month four; everything we make goes to the consortium's repository the same day."),
        P("기관이 가진 저장장치와 학습용 서버를 현물로 내고, 담당 인력 세 사람을 전일로 둡니다.",
          "We bring our own storage and training servers in kind, and three people full time."),
    ),
    "budget": (
        P("가장 큰 항목은 인건비이며, 학습 기반은 현물로 받으므로 장비비를 낮게 잡았습니다.",
          "The largest item is labour; equipment is low because the training infrastructure comes in kind."),
        P("기관별 대응 비율은 기관 유형에 따라 계산했고, 현금은 최소 비율 이상으로 잡았습니다.",
          "The matching shares follow each institution's kind, with cash at or above its minimum."),
    ),
    "other": (
        P("{field} 분야에서 {aim} 모델을 만들기 위해 필요한 일을 기관별로 나누어 적었습니다.",
          "What it takes to build a model for {aim} in {field} is divided among the institutions here."),
        P("{user}의 요구를 세 번에 걸쳐 들었고, 들은 것을 설계에 반영했습니다.",
          "We listened to {user} three times, and the design reflects what we heard."),
    ),
}  # fmt: skip

OPINIONS: Final = (
    (  # weak
        P("목표는 분명하나 이를 뒷받침하는 학습 경험의 근거가 부족하고, 자료 확보 계획이 구체적이지 않습니다.",
          "The goal is clear, but evidence of training at this scale is thin and the plan for data is not concrete."),
        P("역할 분담이 겹치고, 줄어든 자원으로 어디까지 할 수 있는지가 보이지 않습니다.",
          "Roles overlap, and it does not show what can be done with fewer means."),
    ),
    (  # middling
        P("방법이 타당하고 참여기관의 역할이 알맞으나, 단계 목표의 측정 방법을 더 다듬어야 합니다.",
          "The method is sound and the roles fit; how the stage goals are measured needs more work."),
        P("자료의 권리 관계를 잘 정리했습니다. 다만 공개 범위가 다른 팀보다 좁습니다.",
          "Rights in the data are well in order. The release is narrower than that of other teams."),
    ),
    (  # strong
        P("처음부터 학습한 경험이 확인되고, 자료 배합과 복구 절차까지 구체적이어서 실현 가능성이 높습니다.",
          "Experience of training from scratch is shown, and the plan is concrete down to recovery: very likely to work."),
        P("국민이 쓰는 방법과 생태계에 남길 것이 분명하며, 평가를 스스로 엄격하게 설계했습니다.",
          "It is clear how the public will use it and what remains for the ecosystem; their own evaluation is strict."),
    ),
)  # fmt: skip
COMMENTS: Final = (
    P("전체적으로 보완이 필요합니다. 자원을 요청한 만큼 쓸 수 있는지 확인해 주십시오.",
      "Overall it needs more work. Check whether the means asked for can be used."),
    P("수행할 만한 과제입니다. 단계 목표와 공개 계획을 협약 때 구체화하기를 권합니다.",
      "Worth doing. Goals of the stages and the release plan should be made concrete in the agreement."),
    P("우수한 제안입니다. 요청한 자원의 대부분을 지원할 것을 권합니다.",
      "An excellent proposal. I recommend granting most of what is asked for."),
)  # fmt: skip
