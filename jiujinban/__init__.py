"""The front step: settings, wiring, command line and worker; the one place that joins all rooms."""
