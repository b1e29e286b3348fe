"""Self-contained pages: templates, 3D scenes, the reports of conformers and docking."""
