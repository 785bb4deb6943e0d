"""The mail desk: a real SMTP server, and the people behind its mailboxes."""
