"""Five small event-driven programs on the `eventscope` client, to run, to watch and to learn from."""
