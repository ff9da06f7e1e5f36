"""Conversations in Redis, for counties whose servers share one. It never decides who got a place."""

from storage.redis.conversations import RedisConversations

__all__ = ["RedisConversations"]
