"""What the schemas of requests share."""

from typing import Any, Iterable, Literal

from pydantic import BaseModel, Extra


class Request(BaseModel):
    """The body of a request. An unknown field is an error, because it may be a misspelt one."""

    class Config:
        extra = Extra.forbid


def one_of(values: Iterable[str]) -> Any:
    """Returns the type of a field that has one of these values."""
    return Literal[tuple(values)]
