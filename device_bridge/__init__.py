"""The door of the machines: counter devices reach the desk through an agent, a wire and a gateway."""
