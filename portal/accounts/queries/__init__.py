"""Every SELECT of accounts, split by what it asks for."""

from __future__ import annotations

from portal.accounts.queries.absences import (
    absence_of,
    absences_of,
    away_between,
    away_on,
    possible_deputies,
    stood_in_for,
)
from portal.accounts.queries.actors import (
    actor_of_person,
    actor_of_session,
    grant_is_valid,
    identities,
    needs_second_factor,
)
from portal.accounts.queries.directory import (
    PeoplePage,
    PersonRow,
    affiliations_of,
    consents_of,
    doubles_of,
    find_people,
    grants_of,
    people,
    people_by_public_ids,
    person_by_email_key,
    person_for_office,
    reviewer_profile,
)
from portal.accounts.queries.filters import saved_filter, saved_filters
from portal.accounts.queries.organisations import (
    departments_of,
    organisation_by_public_id,
    sanctioned,
    search_organisations,
)
from portal.accounts.queries.relations import organisation_by_key, person_by_key, relation_of, relations_of
from portal.accounts.queries.sessions import (
    Credentials,
    account_of,
    credentials_of_address,
    credentials_of_link,
    credentials_of_person,
    live_sessions,
    person_of,
    session_of,
)

__all__ = [
    "Credentials",
    "PeoplePage",
    "PersonRow",
    "absence_of",
    "absences_of",
    "account_of",
    "actor_of_person",
    "actor_of_session",
    "affiliations_of",
    "away_between",
    "away_on",
    "consents_of",
    "credentials_of_address",
    "credentials_of_link",
    "credentials_of_person",
    "departments_of",
    "doubles_of",
    "find_people",
    "grant_is_valid",
    "grants_of",
    "identities",
    "live_sessions",
    "needs_second_factor",
    "organisation_by_key",
    "organisation_by_public_id",
    "people",
    "people_by_public_ids",
    "person_by_email_key",
    "person_by_key",
    "person_for_office",
    "person_of",
    "possible_deputies",
    "relation_of",
    "relations_of",
    "reviewer_profile",
    "sanctioned",
    "saved_filter",
    "saved_filters",
    "search_organisations",
    "session_of",
    "stood_in_for",
]
