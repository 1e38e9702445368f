"""lms_ext plugin: journal."""
