"""A scrape of a node, read by Prometheus' own Python library: what we wrote is not asked whether it is right."""
import urllib.parse

from prometheus_client.parser import text_string_to_metric_families

from .shell import Failure, run


class Scrape:
    """Values by sample name and labels: scrape("sluice_table_used", table="routes"); None where there is no such series."""

    def __init__(self, text):
        self.text = text
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self.samples = {(sample.name, frozenset(sample.labels.items())): sample.value
                        for family in self.families.values() for sample in family.samples}

    def __call__(self, sample, /, **labels):
        return self.samples.get((sample, frozenset(labels.items())))

    def series(self, wanted, *labels):
        """{the values of these labels: value} of all series of a sample name."""
        return {tuple(dict(found).get(label, "") for label in labels): value
                for (sample, found), value in self.samples.items() if sample == wanted}


def fetch(space, url, seconds=10):
    """The text behind a URL, by curl inside a namespace; "" when nobody answers."""
    return run("ip", "netns", "exec", space.name, "curl", "--silent", "--globoff", "--max-time", seconds, url, check=False,
               timeout=seconds + 5)


def scrape(space, url, seconds=10):
    text = fetch(space, url, seconds)
    if not text:
        raise Failure(f"nobody answers at {url} in {urllib.parse.urlsplit(url).netloc}")
    return Scrape(text)
