"""The verbs of accounts, split by what they are about."""

from portal.accounts.service.sessions import open_session, touch_session

__all__ = ["open_session", "touch_session"]
