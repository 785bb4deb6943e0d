"""
Scrapy with its images pipeline on the farm, storing to a folder in memory.

    python -m benchmarks.crawl.scrapy_client < PLAN                        (one line of JSON)

It asks loopback addresses directly; the pipeline checks each picture, turns PNG and WebP into
JPEG and writes the file. Everything that only costs (log, statistics, cookies) is off.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response

from benchmarks.crawl.work import Page, Work, work_of

_MEMORY = Path("/dev/shm")


class Gallery(scrapy.Spider):
    """Visits the warm pages, and when all their pictures are stored the measured ones."""

    name = "gallery"

    def __init__(self, plan: dict[str, Any], work: Work, figures: dict[str, Any]) -> None:
        super().__init__()
        self._plan, self._work, self._figures = plan, work, figures

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Gallery:
        spider: Gallery = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.go_on, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for page in self._work.warm:
            yield self._request(page)

    def go_on(self) -> None:
        """Begin what is measured, once."""
        if self._figures:
            return
        self._figures |= {"cpu": _cpu(), "wall": time.perf_counter()}
        for page in self._work.pages:
            self.crawler.engine.crawl(self._request(page))
        raise DontCloseSpider

    def parse(self, response: Response, page: Page) -> Iterator[dict[str, Any]]:
        """Read the pictures' addresses off the page, as a spider does."""
        found = [response.urljoin(path) for path in response.css("img::attr(src)").getall()]
        if len(found) != len(page["pictures"]):
            raise RuntimeError(len(found))
        yield {"image_urls": found}

    def closed(self, reason: str) -> None:
        """Take the figures. Raises nothing: what is missing shows in the count."""
        self._figures |= {"cpu_end": _cpu(), "wall_end": time.perf_counter(), "reason": reason}

    def _request(self, page: Page) -> scrapy.Request:
        where = f"{self._plan['hosts'][page['host']]['real']}:{self._plan['port']}"
        return scrapy.Request(f"http://{where}{page['page']}", cb_kwargs={"page": page})


def _settings(folder: str, at_once: int) -> dict[str, Any]:
    return {
        "ITEM_PIPELINES": {"scrapy.pipelines.images.ImagesPipeline": 1},
        "IMAGES_STORE": folder,
        "CONCURRENT_REQUESTS": at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": at_once,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "COOKIES_ENABLED": False,
        "RETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "LOGSTATS_INTERVAL": 0,
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    plan = json.load(sys.stdin)
    work, figures = work_of(plan), {}
    logging.disable()
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        process = CrawlerProcess(_settings(folder, plan["at_once"]))
        process.crawl(Gallery, plan=plan, work=work, figures=figures)
        process.start()
        stored = sum(1 for path in Path(folder).rglob("*") if path.is_file())
    if stored != sum(len(page["pictures"]) for page in plan["pages"]):
        raise RuntimeError(f"{stored} pictures were stored")
    report = work.report(
        work.expected,
        wall_s=figures["wall_end"] - figures["wall"],
        cpu_s={"client": figures["cpu_end"] - figures["cpu"]},
    )
    print(json.dumps(report))


if __name__ == "__main__":
    main()
