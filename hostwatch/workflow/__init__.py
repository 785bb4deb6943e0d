"""
The steps of a case: visit, decide, trace, draft, prove, send, re-check.

Each awaits the rooms and writes what they found; the decisions are pure functions of the rooms.
"""
