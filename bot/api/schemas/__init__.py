"""What requests and answers look like, in JSON Schema 2020-12, the dialect of OpenAPI 3.1."""
