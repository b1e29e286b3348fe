"""What MOL2 files hold that Tripos did not write."""
