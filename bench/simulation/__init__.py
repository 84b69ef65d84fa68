"""A scripted year of a shop, played through public interfaces against a served Parley; see docs/simulation.md."""
