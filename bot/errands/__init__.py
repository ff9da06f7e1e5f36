"""What the chat has done at the desk: one module for what one counter, or one part of it, is asked."""
