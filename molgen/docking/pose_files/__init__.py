"""Poses as files: SD or PDBQT, by the name of the file."""

from molgen.docking.pose_files.writing import check_pose_file, pose_file_stem, write_pose_file

__all__ = ["check_pose_file", "pose_file_stem", "write_pose_file"]
