"""lms_ext plugin: quiz."""
