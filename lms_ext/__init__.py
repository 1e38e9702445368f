"""An LTI 1.3 tool for Pembelajaran Mendalam."""

__version__ = "0.1.0"
