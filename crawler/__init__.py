"""URL -> what is served there and who hosts it."""
