"""The confidence that ranks poses, one network at a time.

Networks read the contacts of a pose; a meta-classifier over their logits joins them (`molgen train calibrate`).
"""

COMMAND = "confidence"
