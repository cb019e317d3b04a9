"""The demonstration: real servers, made-up people, the main job played over HTTP. `./dev run` starts it."""
