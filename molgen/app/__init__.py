"""`molgen app`: a page on this machine to dock, generate conformers and compare structures, and its REST endpoints."""
