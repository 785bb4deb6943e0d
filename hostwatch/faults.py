"""Name where a fault of ours happened, without any value that it concerned."""

from __future__ import annotations


def place_of(problem: BaseException) -> str:
    """
    Return module and line of the innermost frame.

    The text of an unexpected error may quote an answer or a location, so it is never told.
    """
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"


def told(problem: BaseException) -> dict[str, str]:
    """Return what a log line says of a fault: its class and its place."""
    return {"error": type(problem).__name__, "where": place_of(problem)}
