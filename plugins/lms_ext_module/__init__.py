"""lms_ext plugin: module."""
