"""Fictional worlds for learning: whole applications, each in a folder that is thrown away."""

from backend.practice.door import PracticeDoor
from backend.practice.worlds import PracticeWorlds

__all__ = ["PracticeDoor", "PracticeWorlds"]
