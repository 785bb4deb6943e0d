"""Landing pages of lockers, written for these tests from facts about the engines; nothing is copied."""

from __future__ import annotations

L = "https://locker.example"
PRO = f"{L}/a1b2c3d4e5f6"
FREE = f"{L}/A1B2C3D4E5F6/walk.zip.html"
Y = "https://yeti.example"
YETI = f"{Y}/1aB/walk.zip"


def free_edition(inner: str) -> str:
    """Wrap a page of XFileSharing's free edition."""
    return (
        f"<html><head><title>Locker</title><script src='{L}/xupload.js'></script></head><body><center>"
        f"<a href='{L}'><img src='{L}/images/logo.png'></a>{inner}<a href='{L}/faq.html'>FAQ</a></center></body></html>"
    )


def free_form(extra: str = "") -> str:
    """Make the one form of the free edition, which names its operation `act`."""
    return free_edition(
        f"<form name='F1' method='POST' action='{L}/'><input type='hidden' name='act' value='download2'>"
        "<input type='hidden' name='id' value='A1B2C3D4E5F6'><input type='hidden' name='fname' value='walk.zip'>"
        f"<input type='hidden' name='rand' value='x1y2z'>{extra}<span id='countdown_str'>Wait <span "
        "id='countdown'>30</span> s</span><input type='submit' name='btn' id='btn_download' value='Go'></form>"
    )


def pro(inner: str, title: str = "walk zip") -> str:
    """Wrap a page of a newer theme, with its login box and its menu."""
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title><script src='/js/xupload.js'></script></head><body><header>"
        "<a href='/premium.html'>Premium</a><a href='/?op=registration'>Join</a><form method='POST' action='/' name='FL'>"
        "<input type='hidden' name='op' value='login'><input name='login'><input type='password' name='password'></form>"
        f"</header><main>{inner}</main><a href='/?op=report_file&id=a1b2c3d4e5f6'>Report</a></body></html>"
    )


def pro_form(extra: str = "") -> str:
    """Make the second form of a newer theme."""
    return pro(
        "<h2>walk.zip</h2><form name='F1' method='POST' action=''><input type='hidden' name='op' value='download2'>"
        "<input type='hidden' name='id' value='a1b2c3d4e5f6'><input type='hidden' name='rand' value='q'><input type='hidden'"
        f" name='method_free' value='Free'><input type='hidden' name='method_premium' value=''>{extra}<button "
        "type='submit' id='downloadbtn'>Make link</button></form>"
    )


def box(text: str) -> str:
    """Make a newer theme's page that only says something."""
    return pro(f"<div class='err'>{text}</div>")


def yeti(inner: str, title: str = "walk.zip", script: str = "") -> str:
    """Wrap a page of YetiShare 5."""
    return (
        f"<!doctype html><html><head><title>{title} - Yeti</title><meta property='og:image' content='{Y}/themes/spirit/assets/"
        f"images/favicon/ms-icon-144x144.png'><link rel='stylesheet' href='{Y}/themes/spirit/assets/css/s.css'></head><body>"
        f"<a href='{Y}/account/login'>Login</a><main>{inner}</main><a href='{Y}/report_file'>Report</a>{script}</body></html>"
    )


def yeti_timer(seconds: int, step: str) -> str:
    """Make a timed page: the next step stands only in the script."""
    return yeti(
        "<div class='download-timer'>Wait <span class='download-timer-seconds'></span></div>",
        script=f"<script>var seconds = {seconds}; function show() {{ if (seconds < 1) $('.download-timer')"
        f".html(\"<a href='{step}'>go</a>\"); }}</script>",
    )


CAPTCHAS = {
    "recaptcha": "<div class='g-recaptcha' data-sitekey='k'></div>",
    "hcaptcha": "<div class='h-captcha' data-sitekey='k'></div>",
    "turnstile": "<div class='cf-turnstile' data-sitekey='k'></div>",
    "first recaptcha": "<noscript><textarea name='recaptcha_challenge_field'></textarea></noscript>",
    "solvemedia": "<noscript><textarea name='adcopy_challenge'></textarea></noscript>",
    "drawn by script": "<div id='c'></div><script>grecaptcha.render('c')</script><script "
    "src='https://www.google.com/recaptcha/api.js?render=explicit'></script>",
    "picture": f"<img src='{L}/captchas/q.png'><input name='code'>",
    "placed digits": "<div><span style='position:absolute;padding-left:27px'>&#52;</span><span "
    "style='position:absolute;padding-left:9px'>&#49;</span></div><input name='code' class='captcha_code'>",
}
SAID = {
    "This file is available for Premium Users only.": "premium",
    "You can download files up to 500 Mb only. Upgrade your account to download bigger ones.": "premium",
    "You must be logged in to download this file": "login",
    "File Not Found": "gone",
    "No such file": "gone",
    "No file with this filename found": "gone",
    "This file was removed by the administrator": "gone",
    "Sorry but this file reached max downloads limit": "expired",
    "The file has expired": "expired",
    "You have to wait 2 hours, 3 minutes till next download. Premium users do not wait.": "countdown",
    "You have reached the download-limit: 500 Mb for last 1 days": "countdown",
    "The server is in maintenance mode": "unknown",
}
YETI_ERRORS = {
    "File+has+been+removed.": "gone",
    "File+has+been+removed+by+the+site+administrator.": "gone",
    "File+has+been+removed+due+to+inactivity.": "gone",
    "You+must+register+for+a+premium+account+to+download+files+of+this+size.": "premium",
    "You+must+be+a+registered+user+to+download+this+file.": "login",
    "File+is+not+publicly+shared.+Please+ask+the+owner.": "login",
    "You+must+wait+28+minutes+between+downloads.+Please+upgrade+your+account.": "countdown",
    "You+have+reached+the+maximum+concurrent+downloads.+Please+register+for+premium.": "countdown",
}
