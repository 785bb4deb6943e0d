"""The history of the schema; `cases.store.schema` applies it."""
