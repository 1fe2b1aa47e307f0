"""How everything looks: colours, fonts, small parts."""
