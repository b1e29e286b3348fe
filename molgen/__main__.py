"""`python -m molgen` is the command `molgen`."""

from molgen.cli import main

if __name__ == "__main__":
    main()
