"""The nouns: frozen dataclasses that know the rules and speak to no one."""
