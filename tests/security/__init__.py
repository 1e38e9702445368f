"""Attacks, as tests: what a stranger, a neighbour or a hostile message must not be able to do."""
