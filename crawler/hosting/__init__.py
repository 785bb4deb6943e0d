"""Who serves a host, in which country, and how they are reached about abuse, with proof."""
