"""Is this process alive, and can it answer?"""
