"""What staff can do; every command, page and API call ends in one of these."""
