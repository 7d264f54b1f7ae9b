"""From what was typed to what is sent: drafts, patches, comparison and undo. Pure, no I/O."""
