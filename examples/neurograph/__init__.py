"""NeuroGraph of seed 000: tokens in a space, a graph that grows between them, and a guardian of its DNA."""
