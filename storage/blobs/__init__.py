"""Photographs: kept once under their digest, sealed, in a folder, in memory or in S3."""

from storage.blobs.sealed import SealedBlobs, open_blobs

__all__ = ["SealedBlobs", "open_blobs"]
