"""The portal of a public service mall: wiring of its rooms."""

VERSION = "0.1.0"
