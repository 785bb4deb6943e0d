"""The engine room: composition, operations, workflow, due work."""
