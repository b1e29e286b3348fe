"""Side chains on crystal backbones: molgen and other programs."""
