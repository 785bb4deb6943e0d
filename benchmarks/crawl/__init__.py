"""The fetcher beside plain downloads and Scrapy, over a farm of hosts on loopback."""
