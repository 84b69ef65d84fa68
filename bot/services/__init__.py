"""Use cases, one module an aggregate; the rules of the business behind abstract repositories."""
