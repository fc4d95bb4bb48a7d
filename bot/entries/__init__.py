"""What staff enter by conversation, one field after another: exhibitions and programmes.

A `Field` asks for a part of a plan and reads the answer; a `Noun` lists its fields and knows how it is kept, shown and
told; a `Draft` is what was entered so far and is remembered with the conversation, so it outlives a restart.
"""
