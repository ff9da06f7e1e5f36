"""The province's platforms: hand-over of accepted cases, sign-in, and 好差评."""
