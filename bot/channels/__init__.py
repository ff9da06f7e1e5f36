"""The channels a conversation comes in by."""
