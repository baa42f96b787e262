from tests.faults.conftest import build, effects

__all__ = ["build", "effects"]
