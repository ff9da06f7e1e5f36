"""模拟器: a card reader and a document camera that are not there, for training, demonstration and tests."""
