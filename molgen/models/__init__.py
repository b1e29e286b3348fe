"""The models, side by side: each a folder of config, model, data, loss, sample and task. None imports another."""
