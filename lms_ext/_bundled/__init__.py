"""Empty in a checkout; a wheel carries the migrations and the course packs here."""
