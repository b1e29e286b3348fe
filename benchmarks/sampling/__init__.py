"""Raw samples of the models, nothing chosen or minimized."""
