"""The copies that make a biological assembly, as PDB and mmCIF files describe them."""

import numpy as np

from molgen.chem.formats.symmetry.assembly_copies import assembly_copies

REMARKS = """REMARK 350 APPLY THE FOLLOWING TO CHAINS: A, B
REMARK 350                    AND CHAINS: C
REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000
REMARK 350   BIOMT2   1  0.000000  1.000000  0.000000        0.00000
REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000
REMARK 350   BIOMT1   2 -1.000000  0.000000  0.000000       10.00000
REMARK 350   BIOMT2   2  0.000000 -1.000000  0.000000        4.50000
REMARK 350   BIOMT3   2  0.000000  0.000000  1.000000        0.00000
"""
NAMES = [*(f"matrix[{i}][{j}]" for i in (1, 2, 3) for j in (1, 2, 3)), *(f"vector[{i}]" for i in (1, 2, 3))]


def oper_list(*rows):
    return "\n".join(["loop_", *(f"_pdbx_struct_oper_list.{name}" for name in ("id", *NAMES)), *rows, "#", ""])


GENERATOR = """data_x
_pdbx_struct_assembly_gen.assembly_id       1
_pdbx_struct_assembly_gen.oper_expression   {}
_pdbx_struct_assembly_gen.asym_id_list      A,B,C
#
"""
MOTIONS = oper_list("1 1 0 0 0 1 0 0 0 1 0 0 0", "2 -1 0 0 0 -1 0 0 0 1 10 4.5 0")


def test_the_motions_of_a_pdb_file_have_their_chains():
    (copy,) = assembly_copies(REMARKS, is_mmcif=False)
    assert copy.chains == {"A", "B", "C"}
    np.testing.assert_allclose(copy.rotation @ [1.0, 2.0, 3.0] + copy.translation, [9, 2.5, 3])


def test_those_of_an_mmcif_file_are_the_same():
    for expression in ("1,2", "(1-2)", "'(1,2)'"):
        (copy,) = assembly_copies(GENERATOR.format(expression) + MOTIONS, is_mmcif=True)
        assert copy.chains == {"A", "B", "C"}
        np.testing.assert_allclose(copy.rotation @ [1.0, 2.0, 3.0] + copy.translation, [9, 2.5, 3])


def test_what_cannot_be_read_or_does_not_move_is_passed_over():
    assert assembly_copies(GENERATOR.format("1") + MOTIONS, is_mmcif=True) == ()
    assert assembly_copies(GENERATOR.format("(1-2)(2)") + MOTIONS, is_mmcif=True) == ()
    assert assembly_copies(GENERATOR.format("1,2") + oper_list("1 1 0"), is_mmcif=True) == ()
    assert assembly_copies(GENERATOR.format("1,2"), is_mmcif=True) == ()
    assert assembly_copies(REMARKS.replace("BIOMT2   2", "BIOMT4   2"), is_mmcif=False) == ()
    assert assembly_copies("", is_mmcif=False) == assembly_copies("data_x\n", is_mmcif=True) == ()
