"""A backup: one sealed file that can be restored on either store."""
