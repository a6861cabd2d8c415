"""The configuration of a whole mall as one portable file: the blueprint.

The rooms declare in their `portable.py` what stands in it; here it is only put together: written,
sealed, read without trust, compared, and brought into another mall. The format is described in
`docs/blueprint.md`.
"""
