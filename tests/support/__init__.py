"""What tests share: databases, a signing platform, packs. None of it stands in for our own code."""
