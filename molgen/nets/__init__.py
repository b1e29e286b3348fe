"""Networks: the protocol that models ask for, the E(3)-equivariant backbone, contacts, and the heads."""

from molgen.nets.config import BackboneConfig, PoseBackboneConfig
from molgen.nets.field_model import FieldModel
from molgen.nets.protocol import FieldNetwork

__all__ = ["BackboneConfig", "FieldModel", "FieldNetwork", "PoseBackboneConfig"]
