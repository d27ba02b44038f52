"""``python -m beltroad.cli``."""

from beltroad.cli import main

if __name__ == "__main__":
    main()
