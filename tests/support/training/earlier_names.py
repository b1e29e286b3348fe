"""What the first versions called the parameters, and in which order they had them."""

_BEGINNINGS = (
    ("network.backbone.context.encoder.", "backbone.pocket."),
    ("network.backbone.context.directions.", "backbone.pocket_vectors."),
    ("network.backbone.context.center.", "backbone.center_vectors."),
    ("network.backbone.context.", "backbone.contact_"),
    ("network.", ""),
)
_ORDER_OF_POSES = (
    *("backbone.graph.", "backbone.pocket.", "backbone.pocket_vectors.", "backbone.center_vectors."),
    *("backbone.node_time.", "backbone.contact_receiver.", "backbone.contact_sender.", "backbone.edge_time."),
    *("backbone.edge_distance.", "backbone.edge_mix.", "backbone.contact_distance.", "backbone.contact_mix."),
    *("backbone.layers.", "rigid.", "torsion."),
)


def earlier_name(name: str) -> str:
    """A parameter of the model of poses as the first versions called it."""
    if name.startswith("network.backbone.encoder."):
        return name.replace("network.backbone.encoder.", "backbone.graph.")
    now, then = next(pair for pair in _BEGINNINGS if name.startswith(pair[0]))
    return then + name.removeprefix(now)


def earlier_order(names: list[str]) -> list[str]:
    """Parameters of the model of poses, under their earlier names, as the first versions ordered them."""
    return sorted(names, key=lambda name: next(k for k, begin in enumerate(_ORDER_OF_POSES) if name.startswith(begin)))
