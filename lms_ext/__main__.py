"""`python -m lms_ext` is `lms-ext`."""

from lms_ext.cli import main

main(prog_name="lms-ext")
