"""`hostwatch demo`: the whole main job, through the real commands, against the practice web."""

from console.demo.run import run_demo

__all__ = ["run_demo"]
