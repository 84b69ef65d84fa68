"""Looking at an installation from outside, as ``parley doctor`` does: what is wrong, and how to mend it."""
