"""Answers to a call's questions, whatever they are: by the question's kind, its limits and its section."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from portal.applications.rules.answers import is_shown, limit_of
from portal.demo.themes import COMMENTS, OPINIONS, SENTENCES, Theme
from portal.programs.definition import CallDefinition, Criterion, Question, Section

LONGEST = 900  # characters of a long answer


@dataclass(frozen=True)
class Writer:
    """Who writes about what: the theme, the language, what people and institutions may be named."""

    theme: Theme
    language: str
    lead: str
    members: Sequence[str]  # public ids
    institutions: Sequence[str]
    day: date
    rng: random.Random
    given: Mapping[str, Any] = field(default_factory=dict)  # answers that are settled, by `section.question`

    def _say(self, sentence: str) -> str:
        theme = self.theme
        places = {n: getattr(theme, n).of(self.language) for n in ("field", "aim", "data", "user")}
        said = sentence.format(lead=self.lead, **places)
        return said[0].upper() + said[1:]

    def sentences(self, topic: str) -> list[str]:
        """What there is to say on a topic, in a random order."""
        own = list(SENTENCES.get(topic, SENTENCES["other"]))
        self.rng.shuffle(own)
        more = [s for s in SENTENCES["other"] if s not in own]
        return [self._say(pair.of(self.language)) for pair in own + more]

    def text(self, topic: str, limit: int) -> str:
        """Two or three paragraphs within `limit` characters."""
        kept: list[str] = []
        for sentence in self.sentences(topic):
            if len("\n\n".join([*kept, sentence])) > min(limit, LONGEST):
                break
            kept.append(sentence)
        return "\n\n".join(kept) or self.sentences(topic)[0][:limit]

    def line(self, question: Question, topic: str) -> str:
        limit = limit_of(question)
        fitting = [s for s in self.sentences(topic) if len(s) <= limit]
        title = self.theme.title.of(self.language)
        return (fitting or [title])[0][:limit].strip() or title[:limit]

    def section(self, section: Section) -> dict[str, Any]:
        """Every question of the section that is shown, answered."""
        topic = "institution" if section.editor == "institution" else section.code
        answers: dict[str, Any] = {}
        for question in section.questions:
            if is_shown(question, answers):
                path = f"{section.code}.{question.code}"
                answer = self.given[path] if path in self.given else self.answer(question, topic)
                if answer is not None:
                    answers[question.code] = answer
        return answers

    def answer(self, question: Question, topic: str) -> Any:
        if not question.is_typed:
            return None
        if question.kind == "repeat" or (question.kind == "table" and not question.rows):
            count = min(question.max or 3, self.rng.randint(2, 3))
            return [self._row(question, topic) for _ in range(count)]
        if question.kind == "table":
            return {row.code: self._row(question, topic) for row in question.rows}
        return self._one(question, topic)

    def _row(self, question: Question, topic: str) -> dict[str, Any]:
        return {column.code: self._one(column, topic) for column in question.columns}

    def _one(self, question: Question, topic: str) -> Any:
        rng = self.rng
        if question.both_languages:
            own = {code: replace(self, language=code) for code in ("ko", "en")}
            once = question.model_copy(update={"both_languages": False})
            return {code: writer._one(once, topic) for code, writer in own.items()}
        if question.kind == "long_text":
            return self.text(topic, limit_of(question))
        if question.kind == "ranked":
            return [c.code for c in rng.sample(question.choices, min(len(question.choices), question.max or 3))]
        if question.kind == "choice":
            return rng.choice(question.choices).code
        if question.kind == "choices":
            count = rng.randint(1, min(3, len(question.choices)))
            return [c.code for c in rng.sample(question.choices, count)]
        if question.kind == "number":
            return _number(question, rng)
        if question.kind == "money":
            return max(question.min or 0, min(question.max or 10**12, rng.randrange(2, 40) * 100_000_000))
        if question.kind == "date":
            return (self.day + timedelta(days=rng.randrange(90, 300))).isoformat()
        if question.kind == "people":
            return list(self.members[: rng.randint(1, 3)])
        if question.kind == "institutions":
            return list(self.institutions[: rng.randint(1, 2)])
        return self.line(question, topic)


def lawful(definition: CallDefinition, number: int, day: date, rng: random.Random) -> dict[str, Any]:
    """Answers by `section.question` that the call's screening and its tracks decide by: all within the rules, the
    tracks by turns."""
    found: dict[str, Any] = {}
    for rule in definition.screening:
        path = str(rule.params.get("question", ""))
        if rule.kind == "answer_among":
            values = rule.params["values"]
            found[path] = (
                values if isinstance(values, str) else rng.choice(list(values) if isinstance(values, list) else [])
            )
        elif rule.kind == "years_since":
            most = int(str(rule.params.get("max", 5)))
            found[path] = (day - timedelta(days=rng.randrange(30, 365 * most - 60))).isoformat()
    if definition.track_by is not None:
        codes = [track.code for track in definition.tracks]
        first = codes.pop(number % len(codes))
        section, _, code = definition.track_by.partition(".")
        asked = next(q for s in definition.sections if s.code == section for q in s.questions if q.code == code)
        more = rng.sample(codes, min(len(codes), (asked.max or 3) - 1))
        found[definition.track_by] = [first, *more] if asked.kind == "ranked" else first
    return found


def _number(question: Question, rng: random.Random) -> int:
    least, most = question.min or 0, question.max if question.max is not None else 500
    if question.unit == "%":
        return rng.randint(least, min(most, least + 8))
    return rng.randint(least, min(most, max(least + 5, 240)))


def paper_parts(writer: Writer, sections: Sequence[Section]) -> list[tuple[str, tuple[str, ...]]]:
    """The parts of a typeset document: one heading per section, some paragraphs each."""
    parts = []
    for section in sections:
        heading = section.names.get(writer.language, section.code)
        parts.append((heading, tuple(writer.sentences(section.code))))
    return parts


def marks(total: float, criteria: Sequence[Criterion], rng: random.Random) -> dict[str, int]:
    """Points by criterion whose sum is near `total` of 100: each criterion's share leans a little its own way."""
    found = {}
    for criterion in criteria:
        share = total / 100 + rng.gauss(0, 0.02)
        found[criterion.code] = max(0, min(criterion.points, round(share * criterion.points)))
    return found


def opinion(share: float, language: str, rng: random.Random, least: int) -> str:
    """The reason for one score: `share` of the criterion's points; at least so many characters."""
    band = OPINIONS[0 if share < 0.7 else 1 if share < 0.83 else 2]
    said = [pair.of(language) for pair in rng.sample(band, len(band))]
    text = said[0]
    for more in said[1:] * 5:
        if len(text) >= least:
            break
        text = f"{text} {more}"
    return text


def comment(total: float, language: str) -> str:
    return COMMENTS[0 if total < 70 else 1 if total < 83 else 2].of(language)


def reviewed(
    total: float, criteria: Sequence[Criterion], language: str, rng: random.Random
) -> Mapping[str, tuple[int | None, str]]:
    """A whole review's points with their reasons."""
    given = marks(total, criteria, rng)
    return {
        c.code: (given[c.code], opinion(given[c.code] / max(1, c.points), language, rng, c.min_reason))
        for c in criteria
    }
