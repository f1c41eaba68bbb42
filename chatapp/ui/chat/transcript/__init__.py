"""Draws a conversation: any length at the cost of what is in view.

    segmenter → references, maths → items (prose, code, …) → body → message items → flow → area

A message is cut into segments; each segment in view has an item that lays itself
out and paints; a body puts the segments of one message under one another; a message
item adds what stands around them; the flow knows which messages are in view and
where; the area is the widget, with the pacer (when), the pointer and the keyboard
(who asks), the commands (what is done), the finder and the accessible tree. Only
what draws needs Qt: what cuts, counts, colours and searches is tested without.
"""
