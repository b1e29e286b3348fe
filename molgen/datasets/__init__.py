"""Prepared sets on disk and the streams of batches drawn from them; read without RDKit."""
