"""The HTTP door: the API of the phone page, the desk page and the live queue."""
