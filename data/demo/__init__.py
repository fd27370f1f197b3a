"""A realistic demo town with its mess, from one seed and of any size, from one community to a province."""

from data.demo.writing import write_demo

__all__ = ["write_demo"]
