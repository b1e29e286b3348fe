"""The learned confidence of a pose: networks over contacts, a meta-classifier over their logits."""
