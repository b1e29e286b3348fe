"""MOL2 files, also as programs other than those of Tripos write them."""
