"""The server side of the bridge: it knows which machine speaks and which verb it means, and no rule."""
