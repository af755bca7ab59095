"""Errors that end a server before it is ready."""


class StartError(Exception):
    """A server cannot start. The message is one line: what is wrong, what is expected, the way out."""


def one_line(error: BaseException) -> str:
    """Returns the text of an error as one line of at most 300 characters, with its type if it is no StartError."""
    text = " ".join(str(error).split())
    if len(text) > 300:
        text = text[:299] + "…"
    return text if isinstance(error, StartError) else f"{type(error).__name__}: {text}"
