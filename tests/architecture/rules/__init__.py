"""Rules of the house, each a function from text to the violations found in it."""
