"""Case -> notice that reached someone, and what they answered."""
