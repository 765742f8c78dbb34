"""siting: how many quiet generators fit on a lot, how loud each neighbour gets, and whether the noise ordinance allows it."""

from importlib.metadata import version

__version__ = version("siting")
