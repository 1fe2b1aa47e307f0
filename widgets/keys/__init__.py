"""Keys: which key gives which command, as the user has chosen."""
