"""The route table: in which order one clerk visits several homes in a day."""
