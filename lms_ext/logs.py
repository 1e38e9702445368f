"""Logs: one JSON line per event on standard error. Events carry internal ids and codes, never names, words or tokens."""

import logging
import sys
import traceback
from pathlib import Path

import structlog
from structlog.typing import EventDict

_PRIVATE = frozenset({"id_token", "state", "token", "name", "email", "sub", "answer", "comment"})
"""Names of facts that are never logged, whoever hands them over (a plugin, too)."""
_FRAMES = 8


def _drop_private(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if key not in _PRIVATE}


def _where(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Write an exception as its type and the places of our own code it came through, and the last one.

    Its message stays out: it may quote a person's words.
    """
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        ours = [one for one in frames if "site-packages" not in one.filename]
        event["exception"] = type(error).__name__
        event["where"] = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in [*ours[-_FRAMES:], frames[-1]]]
    return event


def _logger(*_names: object) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)


def configure(level: str = "info") -> None:
    """Write events of `level` and above; safe to call again."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where,
            _drop_private,
            structlog.processors.JSONRenderer(ensure_ascii=True, default=lambda value: type(value).__name__),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=_logger,
    )
