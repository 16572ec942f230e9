"""The rig of the net_tap tests and of tools/demo: namespaces, Sluice nodes, and peers that nobody here wrote."""
