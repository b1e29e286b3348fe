"""What a job is asked for, as it comes in JSON; files are named by the ids of uploads alone, never by paths."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from molgen.app.jobs.store import ROLES
from molgen.app.uploads import FILE_ID

MOST_TEXT = 2**20
"""Letters of pasted ligands."""
_POCKET = r"^(auto|blind|(ligand|chain|residues|residue|box):[^/\\~]+)$"

FileId = Annotated[str, StringConstraints(pattern=FILE_ID)]
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\n\r/\\]*$")]


class Request(BaseModel):
    """What all jobs have."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)] = Field(
        "", description="shown in the history; by default what is worked on"
    )

    def files(self) -> dict[str, str]:
        """Role -> id of the uploads that the job takes."""
        return {role: value for role in ROLES if (value := getattr(self, role, None))}


class _LigandRequest(Request):
    """What jobs on molecules have."""

    smiles: Annotated[str, StringConstraints(max_length=MOST_TEXT)] = Field(
        "", description="SMILES or InChI, one a line, each with a name after a space; or the text of a MOL or SD file"
    )
    ligands: FileId | None = Field(None, description="an uploaded file in place of `smiles`")
    smiles_column: Word | None = Field(None, description="column of a table that holds SMILES")
    name_column: Word | None = Field(None, description="column of a table, or field of an SD file, with names")
    largest_fragment: bool = Field(False, description="keep only the largest fragment of a salt")
    stereo: Literal["one", "enumerate"] = Field("one", description="of stereo that is left open take one isomer or all")
    keep_conformer: bool = Field(False, description="keep the rings and bonds of the input's 3D structure")

    @model_validator(mode="after")
    def _one_source(self) -> _LigandRequest:
        if bool(self.smiles.strip()) == (self.ligands is not None):
            raise ValueError("give either smiles or ligands")
        return self


class DockRequest(_LigandRequest):
    """Poses of ligands in a pocket of a protein; options as of `molgen dock`."""

    kind: Literal["dock"] = "dock"
    protein: FileId
    pocket: Annotated[str, StringConstraints(max_length=400, pattern=_POCKET, strip_whitespace=True)] = Field(
        "auto", description="ligand:RES[:CHAIN[:NUM]], chain:P, residues:A:57,A:102, box:x,y,z[,size], auto or blind"
    )
    reference: FileId | None = Field(
        None, description="an uploaded pose to compare with; with pocket auto also where the pocket is"
    )
    n: int = Field(9, ge=1, le=100, description="poses per ligand")
    seed: int = Field(0, ge=0, le=2**31 - 3)
    effort: Literal["quick", "normal", "thorough"] = "normal"
    protonate: Literal["auto", "no"] | Annotated[float, Field(ge=0, le=14)] = Field("auto", description="pH")
    states: int = Field(1, ge=1, le=16, description="protonation states and tautomers to dock")
    proposals: Literal["both", "learned", "random"] = "both"
    rank: Literal["confidence", "energy"] = "confidence"
    keep: list[Word] = Field([], description="groups of the file to keep, e.g. waters or HEM")
    drop: list[Word] = Field([], description="groups of the file to leave out")
    chains: list[Word] = Field([], description="chains to take; all where none are given")
    require: list[Word] = Field([], description="interactions that a pose must have, e.g. hbond:A:ILE:9")
    forbid: list[Word] = Field([], description="interactions that no pose may have")
    core: FileId | None = Field(None, description="an uploaded pose whose common core stays in place")


class ConformerRequest(_LigandRequest):
    """Conformers of molecules; options as of `molgen conformers`."""

    kind: Literal["conformers"] = "conformers"
    n: int = Field(50, ge=1, le=1000, description="conformers per molecule, at most")
    seed: int = Field(0, ge=0, le=2**31 - 3)
    sort: Literal["coverage", "energy"] = "coverage"
    unique: Literal["rmsd", "minima"] = "rmsd"
    minimize_with: Literal["none", "mmff", "gfn2"] = "none"
    energy_window: float = Field(20.0, ge=0, le=1000, description="kcal/mol above the lowest")
    min_rmsd: float = Field(0.1, ge=0, le=10, description="Angstrom between two conformers, at least")
    environment: Literal["bound", "gas-phase"] = "bound"
    gas_phase: float | None = Field(None, ge=0, le=1, description="weight of gas-phase minima; null: by environment")
    align: bool = Field(False, description="superpose the conformers on the first")


class AnalysisRequest(Request):
    """Conformers or poses of any program compared with references; options as of `molgen analyze`."""

    kind: Literal["analysis"] = "analysis"
    structures: FileId = Field(description="an uploaded SD or MOL2 file")
    reference: FileId | None = Field(None, description="an uploaded SD or MOL2 file with reference structures")
    protein: FileId | None = Field(None, description="an uploaded PDB or mmCIF file around the poses")
    mode: Literal["conformers", "poses"] | None = Field(None, description="superposed, or in place; null: by the file")
    threshold: Annotated[float, Field(gt=0, le=100)] | None = Field(None, description="Angstrom that count as close")
    first: int = Field(5, ge=1, le=1000, description="of how many first poses the best counts too")
    validity: bool = True
    seed: int = Field(0, ge=0, le=2**31 - 3)


JobRequest = Annotated[DockRequest | ConformerRequest | AnalysisRequest, Field(discriminator="kind")]
