"""Libraries that only the tests have are as absent for the servers as where the tool is installed."""
