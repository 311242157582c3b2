"""Front-ends: each renders what `swarm` streams. `cli` is the command `swarm`."""
