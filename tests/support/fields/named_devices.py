"""A mode in which tensors that are made on a fixed device are errors."""

import traceback

import torch
from torch.overrides import TorchFunctionMode

MAKERS = {
    *(torch.tensor, torch.as_tensor, torch.zeros, torch.ones, torch.full, torch.empty, torch.eye, torch.arange),
    *(torch.linspace, torch.rand, torch.randn, torch.randint, torch.randperm, torch.sparse_csr_tensor),
    *(torch.from_numpy, torch.tril_indices, torch.triu_indices),
}
FROM_THEIR_INPUTS = {torch.sparse_csr_tensor}
"""Makers that take the device of the tensors that they are given."""


class DevicesAreNamed(TorchFunctionMode):
    """Within, a tensor that molgen makes without saying on which device is an error."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func in MAKERS - FROM_THEIR_INPUTS and (kwargs or {}).get("device") is None:
            caller = traceback.extract_stack()[-2]
            assert "/molgen/" not in caller.filename, f"{caller.filename}:{caller.lineno}: {caller.line}"
        return func(*args, **(kwargs or {}))
