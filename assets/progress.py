"""Telling the command what is being made and how far it is: from Dagster's step events, and from steps that tell."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

_listeners: list[Callable[[str], None]] = []


@contextmanager
def told_of_steps(listener: Callable[[str], None]) -> Iterator[None]:
    """Call `listener` with the name of each step that starts in this process, and with what steps tell, as long as the
    block lasts.
    """
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tell(what: str) -> None:
    """Tell the listeners what is being done: a step's name, or how far it is."""
    for listener in _listeners:
        listener(what)


@dg.logger(description="Tells the command which step has started; writes nothing.")
def step_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """The logger that the command's runs use in place of the console's."""
    logger = logging.Logger("forlob.steps", logging.DEBUG)
    logger.addHandler(_Steps())
    return logger


class _Steps(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None and event.event_type == dg.DagsterEventType.STEP_START:
            tell(event.step_key)
