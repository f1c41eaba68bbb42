"""Draws a conversation: any length at the cost of what is in view.

    segmenter → prepared Markdown → items (prose, code, table, …) → message item → flow → area

A message is cut into segments; each segment in view has an item that lays itself
out and paints; a message item puts a header, its segments and its actions under
one another; the flow knows which messages are in view and where; the area is the
widget. Only the items need Qt: what cuts, counts and searches is tested without.
"""
