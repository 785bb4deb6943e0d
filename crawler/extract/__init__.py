"""Pages -> media candidates, by engine and by a generic pass; pure functions over a parsed tree."""
