"""Jobs: what has to happen by itself, once among all replicas, whoever of them is alive."""
