"""The storeroom: where cases, queues, conversations and photographs are kept."""
