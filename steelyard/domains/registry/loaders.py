"""Batch loaders of registries: what every one of a page is asked for."""

from __future__ import annotations

from steelyard.domains.registry import service
from steelyard.graphql.loading import Batch

type_policies: Batch[int, bool] = Batch("types that registries take", service.load_type_policies)
