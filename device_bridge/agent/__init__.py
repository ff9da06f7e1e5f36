"""The program on the counter PC or kiosk: it drives the machines and imports nothing of the server."""
