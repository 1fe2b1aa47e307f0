"""The dialog of triggers, and what is told in the window when one fires."""
