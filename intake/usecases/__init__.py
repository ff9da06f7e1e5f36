"""The verbs, a folder per counter of the desk; each verb is one sentence that ends with a commit."""
