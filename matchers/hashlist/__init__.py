"""Hash lists: read, cleaned, published as immutable versions, rolled back by one pointer."""
