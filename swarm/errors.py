"""Errors that a person in front of the program can put right."""


class SwarmError(Exception):
    """Something that cannot be done; the message says what, where, and what to do next."""


class SettingsError(SwarmError):
    """A setting is wrong or missing."""


class MessageError(SwarmError):
    """A message that cannot be taken: empty, or too long."""


class ApprovalError(SwarmError):
    """There is no such approval to decide on, or the decision does not fit it."""


class StoreError(SwarmError):
    """The database of conversations does not answer."""


class AccessError(SwarmError):
    """A conversation that is another user's, or an act that the user's role does not allow."""


class RateError(SwarmError):
    """A user has sent more messages than a minute allows."""
