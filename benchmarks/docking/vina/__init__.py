"""Files for AutoDock Vina, written without its preparation scripts."""
