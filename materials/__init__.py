"""材料 workshop: photographs in; safe, upright, judged, read and masked pages out.

`materials.pool.PhotoReader` is what the server uses; `materials.inspecting.inspect_photo` is the same for
one file.
"""
