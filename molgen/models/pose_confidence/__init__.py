"""The confidence that ranks poses: networks over contacts, one at a time; `train calibrate` joins them."""

COMMAND = "confidence"
