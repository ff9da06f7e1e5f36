"""The verbs of the kiosk counter (自助机)."""
