"""Re-check situations: what is true of a host over weeks, and what stands between it and us."""
