"""The one error that a user can cause: its text is one sentence that the command line and the app show as it is."""


class InputError(Exception):
    """A file, field, lot or option that cannot be used: what was found, where, and what to do about it."""
