"""Backups (备份): one moment of the store in plain files, and the store made of them again.

The same format from SQLite and PostgreSQL, readable without this program; docs/adr/0030 says why.
"""

from storage.backup.checking import Checked, check_backup
from storage.backup.folder import BackupRefused
from storage.backup.restoring import Restored, restore_backup
from storage.backup.taking import Taken, take_backup

__all__ = [
    "BackupRefused",
    "Checked",
    "Restored",
    "Taken",
    "check_backup",
    "restore_backup",
    "take_backup",
]
