"""Pages of image hosts and galleries, written for these tests from facts; nothing is copied."""

from __future__ import annotations

C = "https://pics.example"
HILLS, MEDIUM = f"{C}/images/2024/hills.jpg", f"{C}/images/2024/hills.md.jpg"
P = "https://gal.example"
K = "https://cop.example/cpg"


def chevereto(inner: str, page: str = "image") -> str:
    """Wrap a page of Chevereto 4."""
    return (
        f"<!DOCTYPE HTML><html><head><title>hills</title><link rel='stylesheet' href='{C}/lib/peafowl.min.css'></head><body "
        f"id='{page}'><header id='top-bar'><a id='logo'><img src='{C}/content/images/system/default/logo.svg'></a></header>"
        f"{inner}<script src='{C}/lib/chevereto.min.js'></script></body></html>"
    )


def viewer(kind: str, shown: str, full: str) -> str:
    """Make a viewer without a download button: the full size stands in the script, keys bare."""
    return chevereto(
        f"<div id='image-viewer' class='image-viewer'><img class='media' data-media='{kind}' src='{shown}' data-load='full'>"
        f"</div><ul data-content='album-slice'><li><a href='/image/sea.q'><img src='{C}/images/2024/sea.th.jpg'></a></li></ul>"
        f'<script>CHV.obj.image_viewer.image = {{ width: 1600, ratio: 1.5, url: "{full}", medium: {{ url: "{shown}" }} }};'
        "</script>"
    )


def item(name: str, kind: str = "image") -> str:
    """Make an item of a list that carries no data of its own."""
    return (
        f"<div class='list-item' data-type='{kind}'><div class='list-item-image'><a href='/image/x' class='image-container'>"
        f"<img src='{C}/images/2024/{name}'></a></div></div>"
    )


def piwigo(inner: str, page: str = "thePicturePage") -> str:
    """Wrap a page of Piwigo with its quick login box."""
    return (
        f"<html><head><meta name='generator' content='Piwigo (aka PWG)'></head><body id='{page}'><div id='the_page'><form "
        "action='identification.php'><input name='username'><input type='password' name='password'></form>"
        f"{inner}</div></body></html>"
    )


def picture(main: str, extra: str = "") -> str:
    """Make a picture's page with switches between sizes and thumbnails of its neighbours."""
    return piwigo(
        f"<div id='imageToolBar'>{extra}<a href=\"javascript:changeImgSrc('_data/i/upload/2024/01/hills-sm.jpg','s','s')\">S</a>"
        f"</div><div id='theImage'><img id='theMainImage' {main}></div><div class='navThumbs'><a id='linkNext' "
        "href='picture.php?/13'><img src='i.php?/upload/2024/01/next-sq.jpg'></a></div>"
        "<a href='picture.php?/14' data-src-medium='_data/i/upload/2024/01/other-me.jpg'><img "
        "data-lazy='_data/i/upload/2024/01/other-sq.jpg'></a>"
    )


def coppermine(media: str) -> str:
    """Make a picture's page with its film strip."""
    return (
        "<html><head><script src='js/displayimage.js'></script></head><body><a href='thumbnails.php?album=3'>all</a><table><tr>"
        f"<td class='display_media'>{media}</td></tr></table><a href='ratepic.php?pic=12&amp;rate=5'>5</a><div id='filmstrip'>"
        "<a href='displayimage.php?album=3&amp;pid=11'><img src='albums/userpics/thumb_sea.jpg' class='strip_image'></a>"
        "<a href='displayimage.php?album=3&amp;pid=12'><img src='albums/userpics/thumb_hills.jpg'></a></div></body></html>"
    )


_OPEN = "onclick=\"MM_openBrWindow('displayimage.php?pid=12&amp;fullsize=1','1','x')\""
COPPERMINE = {
    "reduced": f"<a href='javascript:;' {_OPEN}><img src='albums/userpics/normal_hills.jpg' class='image'></a>",
    "behind a clear picture": "<table style=\"background-image:url('albums/userpics/normal_hills.jpg')\"><tr><td>"
    f"<a href='javascript:;' {_OPEN}><img src='images/image.gif?id=1'></a></td></tr></table>",
    "full": "<img src='albums/userpics/hills.jpg' class='image'>",
}
