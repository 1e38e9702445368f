"""The kill loop: the product as processes that are killed at any moment, an LMS that fails, and a ledger that is compared."""
