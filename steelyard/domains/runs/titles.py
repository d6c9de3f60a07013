"""Titles for runs that were given none: `quiet-harbor-12` (docs/protocol/ingest.md, upsert)."""

from __future__ import annotations

import secrets

# fmt: off
_ADJECTIVES = (
    "amber", "ancient", "autumn", "balmy", "bold", "brave", "breezy", "bright", "brisk", "calm", "clear", "clever",
    "cosmic", "cozy", "crimson", "crisp", "curious", "daring", "deep", "dainty", "early", "earnest", "easy", "eager",
    "faithful", "fancy", "fearless", "fine", "floral", "fluent", "fresh", "frosty", "gallant", "gentle", "giddy",
    "glad", "glowing", "golden", "good", "graceful", "grateful", "happy", "hardy", "hearty", "helpful", "hidden",
    "honest", "humble", "icy", "jolly", "keen", "kind", "lively", "logical", "lucky", "lunar", "magic", "mellow",
    "merry", "mild", "misty", "morning", "noble", "northern", "olive", "patient", "playful", "pleasant", "polished",
    "proud", "quick", "quiet", "radiant", "rare", "restful", "rising", "royal", "rustic", "scarlet", "serene",
    "sharp", "silver", "skilled", "smooth", "snowy", "soft", "solar", "sparkling", "spring", "stable", "steady",
    "stellar", "still", "summer", "sunny", "super", "swift", "tender", "tidy", "trusty", "upbeat", "valiant",
    "vibrant", "vivid", "warm", "wandering", "wild", "winter", "wise", "worthy", "young", "zesty",
)
_NOUNS = (
    "acorn", "anchor", "arrow", "aurora", "badger", "bay", "beacon", "bird", "blossom", "breeze", "bridge", "brook",
    "butterfly", "canyon", "cedar", "cherry", "cloud", "comet", "coral", "cosmos", "creek", "crystal", "dawn",
    "delta", "dew", "dragon", "dream", "dune", "durian", "eagle", "echo", "elm", "ember", "falcon", "feather", "fern",
    "field", "fire", "firefly", "flower", "fog", "forest", "fountain", "fox", "frog", "galaxy", "garden", "gate",
    "glade", "glacier", "grass", "grove", "harbor", "hare", "haze", "hill", "horizon", "island", "ivy", "jazz",
    "jungle", "lake", "lantern", "leaf", "lion", "lily", "maple", "meadow", "mesa", "meteor", "moon", "morning",
    "mountain", "oak", "oasis", "ocean", "orchard", "otter", "owl", "paper", "peak", "pebble", "pine", "planet",
    "plant", "plasma", "pond", "prairie", "puddle", "rain", "raven", "reef", "resonance", "ridge", "river", "robin",
    "rock", "sail", "sea", "shadow", "shape", "sky", "snow", "sound", "sparrow", "spring", "star", "stone", "storm",
    "stream", "sun", "sunset", "swan", "temple", "terrain", "thunder", "tide", "tree", "universe", "valley", "violet",
    "voice", "water", "waterfall", "wave", "willow", "wind", "wood", "yogurt", "zephyr",
)
# fmt: on


def generate_title(number: int, *, in_sweep: bool) -> str:
    """Return `adjective-noun-N`, for a run of a sweep `adjective-sweep-N`."""
    noun = "sweep" if in_sweep else secrets.choice(_NOUNS)
    return f"{secrets.choice(_ADJECTIVES)}-{noun}-{number}"
