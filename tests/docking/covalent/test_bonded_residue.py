"""The residue of a covalent bond: found, or named with what there is."""

import numpy as np
import pytest
from peptides import peptide, peptide_text

from molgen.docking.site import sites_of
from molgen.errors import InputError


def test_the_site_knows_the_residue_and_leaves_its_atoms_to_the_ligand(tmp_path):
    protein = peptide(tmp_path)
    site = sites_of(protein, "auto", covalent="A:CYS:3").searched[0]
    assert site.bond is not None
    names = [site.receptor.protein.atom_names[k] for k in site.bond.atoms]
    assert names == ["CA", "CB", "SG"]
    gaps = np.linalg.norm(site.atoms.positions[:, None] - site.bond.positions, axis=2)
    assert gaps.min() > 1.0
    assert len(site.checked_atoms) == len(site.receptor.protein) - 3
    assert np.allclose(site.pocket.center, site.bond.positions[2])


@pytest.mark.parametrize(
    ("bond", "reason"),
    [
        ("A:CYS:4", "residue A:4 is ALA, not CYS"),
        ("A:CYS:25", "there is no residue A:25; chain A has A:CYS:3"),
        ("B:CYS:3", "there is no chain 'B' for SG of CYS:B:3; the chains are A"),
    ],
)
def test_a_residue_that_is_not_there_is_named_with_what_is(tmp_path, bond, reason):
    with pytest.raises(InputError, match=reason):
        sites_of(peptide(tmp_path), "auto", covalent=bond)


def test_a_residue_without_the_atom_is_named(tmp_path):
    text = "\n".join(line for line in peptide_text().splitlines() if " SG " not in line and line[:6] != "CONECT")
    with pytest.raises(InputError, match="CYS:A:3 has no atom SG; it has N CA C O CB"):
        sites_of(peptide(tmp_path, text), "auto", covalent="A:CYS:3")


def test_a_residue_outside_the_box_is_named(tmp_path):
    protein = peptide(tmp_path)
    far = protein.positions[[name == "OH" for name in protein.atom_names]][0]
    box = f"box:{','.join(f'{x:.2f}' for x in far)},6"
    with pytest.raises(InputError, match="A outside the box"):
        sites_of(protein, box, covalent="A:CYS:3")


def test_what_the_file_has_bonded_there_goes_and_is_said():
    from molgen.chem.proteins.reading import read_protein

    protein = read_protein("data/1vsn.pdb")
    for pocket in ("auto", "residues:A:25", "ligand:NFT"):
        site = sites_of(protein, pocket, covalent="A:CYS:25").searched[0]
        assert "NFT" not in {residue.name for residue in site.receptor.protein.residues}
        assert any("NFT:A:283" in note for note in site.notes)
        assert not any("without this bond" in note for note in site.notes)


def test_a_disulfide_is_refused(tmp_path):
    lines = [line for line in peptide_text().splitlines() if line[:4] in ("ATOM", "HETA")]
    sulfur = next(line for line in lines if line[12:16].strip() == "SG")
    x = float(sulfur[30:38])
    other = f"{sulfur[:21]}B{sulfur[22:30]}{x + 2.03:8.3f}{sulfur[38:]}"
    with pytest.raises(InputError, match="SG of CYS:A:3 is bonded to CYS:B:3"):
        sites_of(peptide(tmp_path, "\n".join([*lines, other, "END\n"])), "auto", covalent="A:CYS:3")
