"""The files of a prepared set: written block by block, read whole or part by part."""
