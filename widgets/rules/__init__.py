"""What the dialogs of rules have in common: the list of rules, the line of a filter, and their lay-out."""
