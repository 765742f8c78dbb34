"""Writes docs/conformity.md: every reference case with what is expected, what the program computes, and the difference."""
