"""The folder of what was released: its ids, its manifests, and what changed from one release to another.

Nothing here sees the store or a citizen: a release is read as those who receive it read it.
"""
