"""
vichan, infinity and Tinyboard, HTML.

A file's full size is linked from `p.fileinfo` and around its `img.post-image`; films link to
`player.php?v=`; spoilers and thumbnails stand in `img` only. A deleted file leaves
`img.post-image.deleted` in its post.
"""

from __future__ import annotations

import re

from crawler.extract.image_boards.board import Board, engine_of
from crawler.extract.image_boards.twins import res_json

VICHAN = engine_of(
    Board(
        name="vichan",
        markers=(
            frozenset({"div#thread_", "tr#filethread_"}),
            frozenset({"p.fileinfo"}),
            frozenset({"img.post-image", "video.post-image"}),
            frozenset({"form[postcontrols]"}),
            frozenset({"a.post_no", "a.post_anchor"}),
            frozenset({"p.intro"}),
            frozenset({"div#reply_", "div#op_"}),
            frozenset({"body.vichan"}),
            frozenset({"body.8chan"}),
            frozenset({"p.unimportant"}),
        ),
        thread_path=re.compile(r"/(?:res|thread)/\d+(?:-(?!\d+\.)[^/+]*)?\.html?$"),
        twin=res_json,
    )
)
