"""The conformer generators that are compared: each makes a function from a SMILES to a Mol, conformers in rank order.

Every generator starts from the SMILES, uses one thread and imports its package when it is made.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from rdkit import Chem, RDLogger
from rdkit.Chem import AllChem
from rdkit.Geometry import Point3D

Generate = Callable[[str], Chem.Mol]
WARM_UP = "CC(O)CCc1ccccc1"


def make_rdkit(n: int, seed: int) -> Generate:
    """ETKDGv3, no pruning, as embedded; random start coordinates when the default start gives nothing."""

    def generate(smiles: str) -> Chem.Mol:
        mol = Chem.AddHs(_parsed(smiles))
        parameters = AllChem.ETKDGv3()
        parameters.randomSeed = seed + 1  # with 0 every conformer of a molecule is the same
        parameters.numThreads = 1
        if not AllChem.EmbedMultipleConfs(mol, n, parameters):
            parameters.useRandomCoords = True
            AllChem.EmbedMultipleConfs(mol, n, parameters)
        return mol

    return generate


def make_rdkit_mmff(n: int, seed: int) -> Generate:
    """The same, minimized with MMFF94s (200 iterations) and ranked by energy; as embedded without parameters."""
    embed = make_rdkit(n, seed)

    def generate(smiles: str) -> Chem.Mol:
        mol = embed(smiles)
        if not mol.GetNumConformers() or not AllChem.MMFFHasAllMoleculeParams(mol):
            return mol
        found = AllChem.MMFFOptimizeMoleculeConfs(mol, numThreads=1, maxIters=200, mmffVariant="MMFF94s")
        return _reordered(mol, np.argsort([energy for _, energy in found], kind="stable"))

    return generate


def make_rdkit_selected(n: int, seed: int) -> Generate:
    """ETKDGv3 in place of molgen's samples: as many of them, then the same strain, candidates and selection."""
    from molgen.chem.features.molecule_features import molecule_graph
    from molgen.chem.molecules.standardize import prepare_molecule
    from molgen.conformers.config import GenerateConfig
    from molgen.conformers.force_field import ConformerField
    from molgen.conformers.samples import Samples, with_strain
    from molgen.conformers.selection.select import select_conformers
    from molgen.conformers.templates.counts import rings_make_the_shape, sample_count, template_count

    config = GenerateConfig(n=n, seed=seed)

    def generate(smiles: str) -> Chem.Mol:
        mol = prepare_molecule(_parsed(smiles))
        torsions = molecule_graph(mol).n_torsions
        ring_bound = rings_make_the_shape(mol, torsions)
        count = sample_count(torsions, template_count(mol, torsions, config), ring_bound, config)
        embedded = make_rdkit(count, seed)(smiles)
        field = ConformerField(mol)
        given = np.array([conformer.GetPositions() for conformer in embedded.GetConformers()])
        positions, energies = with_strain(field, given, config)
        return select_conformers(Samples(mol, positions, energies, np.arange(len(given)), "ETKDGv3", field), config)

    return generate


def make_conforge(n: int, seed: int) -> Generate:
    """CDPKit CONFORGE: at most n conformers, 0.5 A apart, energy window 20 kcal/mol; no random choice to seed."""
    import CDPL.Chem
    import CDPL.ConfGen

    codes = CDPL.ConfGen.ReturnCode
    reasons = {int(getattr(codes, name)): name for name in dir(codes) if name.isupper()}
    generator = CDPL.ConfGen.ConformerGenerator()
    generator.settings.timeout = 1_200_000  # ms of wall time; the worker ends it earlier, by CPU time
    generator.settings.minRMSD = 0.5
    generator.settings.energyWindow = 20.0
    generator.settings.maxNumOutputConformers = n

    def generate(smiles: str) -> Chem.Mol:
        mol = Chem.AddHs(_parsed(smiles))
        graph = CDPL.Chem.parseSMILES(smiles)
        CDPL.ConfGen.prepareForConformerGeneration(graph)
        code = generator.generate(graph)
        if generator.numConformers == 0:
            raise RuntimeError(f"CONFORGE {reasons.get(code, code)}")
        order = _order_of(graph, mol)
        for index in range(generator.numConformers):
            positions = generator.getConformer(index).toArray(False)
            mol.AddConformer(_conformer(positions[order]), assignId=True)
        return mol

    return generate


def make_molgen(n: int, seed: int, **options: str) -> Generate:
    """molgen itself, with the options of ``molgen.generate_conformers``."""
    import torch

    import molgen

    torch.set_num_threads(1)
    return partial(molgen.generate_conformers, n=n, seed=seed, **options)


GENERATORS: dict[str, Callable[[int, int], Generate]] = {
    "rdkit": make_rdkit,
    "rdkit-mmff": make_rdkit_mmff,
    "rdkit-selected": make_rdkit_selected,
    "conforge": make_conforge,
    "molgen": make_molgen,
    "molgen-no-library": partial(make_molgen, torsion_library="none"),
    "molgen-gas-phase": partial(make_molgen, environment="gas-phase"),
    "molgen-uniform": partial(make_molgen, model="uniform"),
    "molgen-diffusion": partial(make_molgen, model="diffusion"),
    "molgen-cartesian": partial(make_molgen, model="cartesian"),
    "molgen-mmff": partial(make_molgen, minimize_with="mmff"),
}


def prepared(name: str, n: int, seed: int) -> Callable[[str], bytes]:
    """A generator after one call on a small molecule; its result is the binary form of the Mol, to cross a pipe."""
    RDLogger.DisableLog("rdApp.*")
    generate = GENERATORS[name](n, seed)
    generate(WARM_UP)

    def binary(smiles: str) -> bytes:
        mol = generate(smiles)
        if mol.GetNumConformers() == 0:
            raise RuntimeError("no conformer")
        return mol.ToBinary()

    return binary


def _parsed(smiles: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise ValueError(f"cannot read {smiles}")
    return mol


def _reordered(mol: Chem.Mol, order: np.ndarray) -> Chem.Mol:
    conformers = list(mol.GetConformers())
    ranked = Chem.Mol(mol)
    ranked.RemoveAllConformers()
    for index in order.tolist():
        ranked.AddConformer(conformers[index], assignId=True)
    return ranked


def _order_of(graph: Any, mol: Chem.Mol) -> list[int]:
    """For each atom of the RDKit Mol its atom in the CDPKit graph; heavy atoms keep the order of the SMILES in both."""
    import CDPL.Chem

    neighbors: dict[int, list[int]] = {graph.getAtomIndex(atom): [] for atom in graph.atoms}
    for bond in graph.bonds:
        begin, end = graph.getAtomIndex(bond.getBegin()), graph.getAtomIndex(bond.getEnd())
        neighbors[begin].append(end)
        neighbors[end].append(begin)
    is_hydrogen = [CDPL.Chem.getType(atom) == CDPL.Chem.AtomType.H for atom in graph.atoms]
    theirs = [index for index, light in enumerate(is_hydrogen) if not light]
    ours = [atom for atom in mol.GetAtoms() if atom.GetAtomicNum() != 1]
    order = [-1] * mol.GetNumAtoms()
    for atom, index in zip(ours, theirs, strict=True):
        order[atom.GetIdx()] = index
        light = [other.GetIdx() for other in atom.GetNeighbors() if other.GetAtomicNum() == 1]
        for own, other in zip(light, (k for k in neighbors[index] if is_hydrogen[k]), strict=True):
            order[own] = other
    return order


def _conformer(positions: np.ndarray) -> Chem.Conformer:
    conformer = Chem.Conformer(len(positions))
    for index, (x, y, z) in enumerate(positions.tolist()):
        conformer.SetAtomPosition(index, Point3D(x, y, z))
    return conformer
