"""`python -m gwdiag` is the command `gwdiag`."""

from gwdiag.cli import main

if __name__ == "__main__":
    main()
