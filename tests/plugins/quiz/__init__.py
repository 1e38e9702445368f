"""Tests of the quiz plugin."""
