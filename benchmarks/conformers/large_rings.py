"""Macrocycles and long chains: do conformers come, how many, how different, and in how much CPU time?

    python -m benchmarks.conformers.large_rings --out large_rings.jsonl -n 50
    python -m benchmarks.conformers.large_rings --out few.jsonl --names erythromycin,oxytocin

One line of JSON per molecule, written at once. The list is fixed; nothing was fitted to it.
"""

import argparse
import json
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rdkit import RDLogger

from molgen import generate_conformers
from molgen.chem.features.molecule_features import heavy_atoms, molecule_graph
from molgen.metrics import rmsd_matrix, stereo_mask
from molgen.metrics.symmetry import automorphisms

MACROCYCLES = {
    "cyclododecanone": "O=C1CCCCCCCCCCC1",
    "lorlatinib": "C[C@@H]1c2cc(ccc2C(=O)N(Cc3c(c(nn3C)C#N)-c4cc(c(nc4)N)O1)C)F",
    "brefeldin A": "C[C@H]1CCC/C=C/[C@@H]2C[C@@H](C[C@H]2[C@@H](/C=C/C(=O)O1)O)O",
    "cyclam": "C1CNCCNCCCNCCNC1",
    "zearalenone": "C[C@H]1CCCC(=O)CCC/C=C/c2cc(O)cc(O)c2C(=O)O1",
    "radicicol": r"C[C@@H]1C[C@@H]2[C@H](O2)/C=C\C=C\C(=O)Cc2c(Cl)c(O)cc(O)c2C(=O)O1",
    "erythromycin": "CC[C@H]1OC(=O)[C@H](C)[C@@H](O[C@H]2C[C@@](C)(OC)[C@@H](O)[C@H](C)O2)[C@H](C)"
    "[C@@H](O[C@@H]2O[C@H](C)C[C@@H]([C@H]2O)N(C)C)[C@](C)(O)C[C@@H](C)C(=O)[C@H](C)[C@@H](O)[C@]1(C)O",
    "clarithromycin": "CC[C@H]1OC(=O)[C@H](C)[C@@H](O[C@H]2C[C@@](C)(OC)[C@@H](O)[C@H](C)O2)[C@H](C)"
    "[C@@H](O[C@@H]2O[C@H](C)C[C@@H]([C@H]2O)N(C)C)[C@](C)(OC)C[C@@H](C)C(=O)[C@H](C)[C@@H](O)[C@]1(C)O",
    "azithromycin": "CC[C@@H]1[C@@]([C@@H]([C@H](N(C[C@@H](C[C@@]([C@@H]([C@H]([C@@H]([C@H](C(=O)O1)C)O[C@H]2C[C@@]"
    "([C@H]([C@@H](O2)C)O)(C)OC)C)O[C@H]3[C@@H]([C@H](C[C@H](O3)C)N(C)C)O)(C)O)C)C)C)O)(C)O",
    "simeprevir": r"Cc1c(OC)ccc2c(O[C@@H]3C[C@@H]4[C@@H](C3)C(=O)N(C)CCCC/C=C\[C@@H]3C[C@]3(NC4=O)"
    "C(=O)NS(=O)(=O)C3CC3)cc(nc12)-c1nc(cs1)C(C)C",
    "muscone": "C[C@@H]1CCCCCCCCCCCCC(=O)C1",
    "cyclo(Gly5)": "O=C1CNC(=O)CNC(=O)CNC(=O)CNC(=O)CN1",
    "cyclo(RGDfV)": "CC(C)[C@@H]1NC(=O)[C@@H](Cc2ccccc2)NC(=O)[C@H](CC(=O)O)NC(=O)CNC(=O)[C@H](CCCNC(=N)N)NC1=O",
    "cilengitide": "CC(C)[C@H]1C(=O)N[C@@H](CCCNC(=N)N)C(=O)NCC(=O)N[C@@H](CC(O)=O)C(=O)N[C@H](Cc2ccccc2)C(=O)N1C",
    "pentadecanolide": "O=C1CCCCCCCCCCCCCCO1",
    "epothilone B": "C[C@H]1CCC[C@@]2([C@@H](O2)C[C@H](OC(=O)C[C@@H](C(C(=O)[C@@H]([C@H]1O)C)(C)C)O)"
    "/C(=C/c3csc(n3)C)/C)C",
    "18-crown-6": "C1COCCOCCOCCOCCOCCO1",
    "pacritinib": "C1CCN(C1)CCOc2ccc3cc2COC/C=C/COCc4cccc(c4)-c5ccnc(n5)N3",
    "geldanamycin": r"C[C@H]1C[C@@H]([C@@H]([C@H](/C=C(/[C@@H]([C@H](/C=C\C=C(\C(=O)NC2=CC(=O)C(=C(C1)C2=O)OC)/C)OC)"
    r"OC(=O)N)\C)C)O)OC",
    "oxytocin": "CC[C@H](C)[C@@H]1NC(=O)[C@H](Cc2ccc(O)cc2)NC(=O)[C@@H](N)CSSC[C@H](NC(=O)[C@H](CC(N)=O)NC(=O)"
    "[C@H](CCC(N)=O)NC1=O)C(=O)N1CCC[C@H]1C(=O)N[C@@H](CC(C)C)C(=O)NCC(N)=O",
    "octreotide": "C[C@@H](O)[C@@H](CO)NC(=O)[C@@H]1CSSC[C@H](NC(=O)[C@H](N)Cc2ccccc2)C(=O)N[C@@H](Cc2ccccc2)C(=O)N"
    "[C@H](Cc2c[nH]c3ccccc23)C(=O)N[C@@H](CCCCN)C(=O)N[C@@H]([C@@H](C)O)C(=O)N1",
    "rapamycin": "C[C@@H]1CC[C@H]2C[C@@H](/C(=C/C=C/C=C/[C@H](C[C@H](C(=O)[C@@H]([C@@H](/C(=C/[C@H](C(=O)C[C@H]"
    "(OC(=O)[C@@H]3CCCCN3C(=O)C(=O)[C@@]1(O2)O)[C@H](C)C[C@@H]4CC[C@H]([C@@H](C4)OC)O)C)/C)O)OC)C)C)/C)OC",
    "cyclosporin A": "CC[C@H]1C(=O)N(CC(=O)N([C@H](C(=O)N[C@H](C(=O)N([C@H](C(=O)N[C@H](C(=O)N[C@@H](C(=O)N([C@H]"
    "(C(=O)N([C@H](C(=O)N([C@H](C(=O)N([C@H](C(=O)N1)[C@@H]([C@H](C)C/C=C/C)O)C)C(C)C)C)CC(C)C)C)CC(C)C)C)C)C)"
    "CC(C)C)C)C(C)C)CC(C)C)C)C",
}
CHAINS = {
    "tritriacontane": "C" * 33,
    "decaglyme": "COCCOCCOCCOCCOCCOCCOCCOCCOCCOC",
    "angiotensin II": "CC[C@H](C)[C@H](NC(=O)[C@H](Cc1ccc(O)cc1)NC(=O)[C@@H](NC(=O)[C@H](CCCNC(N)=N)NC(=O)[C@@H](N)"
    "CC(O)=O)C(C)C)C(=O)N[C@@H](Cc1cnc[nH]1)C(=O)N1CCC[C@H]1C(=O)N[C@@H](Cc1ccccc1)C(O)=O",
    "cobicistat": "CC(C)c1nc(cs1)CN(C)C(=O)N[C@@H](CCN2CCOCC2)C(=O)N[C@H](CC[C@H](Cc3ccccc3)NC(=O)OCc4cncs4)Cc5ccccc5",
    "ceramide": r"CCCCCCCCCCCCC/C=C/[C@@H](O)[C@H](CO)NC(=O)CCCCCCCCCCC",
}


def measured(name: str, smiles: str, n: int, model: str) -> dict:
    """One line: how many conformers, how far apart, and the CPU seconds they took."""
    begin = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            mol = generate_conformers(smiles, n, model=model)
        except Exception as error:
            return {"name": name, "cpu_s": round(time.process_time() - begin, 2), "failure": str(error)}
    seconds = time.process_time() - begin
    heavy = np.array([c.GetPositions() for c in mol.GetConformers()])[:, heavy_atoms(mol)]
    apart = rmsd_matrix(heavy, heavy, automorphisms(mol, 64).permutations).numpy()[np.triu_indices(len(heavy), 1)]
    return {
        "name": name,
        "heavy_atoms": mol.GetNumHeavyAtoms(),
        "ring": max(map(len, mol.GetRingInfo().AtomRings()), default=0),
        "torsions": molecule_graph(mol).n_torsions,
        "cpu_s": round(seconds, 2),
        "conformers": mol.GetNumConformers(),
        "templates": len({c.GetIntProp("molgen_template") for c in mol.GetConformers()}),
        "stereo": float(stereo_mask(smiles, mol).mean()),
        "mean_rmsd": round(float(apart.mean()), 3) if len(apart) else None,
        "least_rmsd": round(float(apart.min()), 3) if len(apart) else None,
        "method": mol.GetConformer(0).GetProp("molgen_method"),
        "failure": None,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="JSON lines, appended to")
    parser.add_argument("-n", type=int, default=50, help="conformers per molecule")
    parser.add_argument("--model", default="default")
    parser.add_argument("--names", help="only these, separated by commas")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    RDLogger.DisableLog("rdApp.*")
    wanted = MACROCYCLES | CHAINS
    names = options.names.split(",") if options.names else list(wanted)
    generate_conformers("CCCO", 2, model=options.model)  # loads the model, which is not the molecules' fault
    with options.out.open("a") as out:
        for name in names:
            row = measured(name, wanted[name], options.n, options.model)
            print(row, file=sys.stderr)
            out.write(json.dumps(row) + "\n")
            out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
