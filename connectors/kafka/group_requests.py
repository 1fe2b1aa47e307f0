"""Requests about consumer groups, in versions that both aiokafka and all brokers since 2.1 read rightly."""

from __future__ import annotations

from typing import Any, ClassVar

from aiokafka.protocol.admin import (
    DescribeGroupsRequest_v0,
    DescribeGroupsRequest_v1,
    ListGroupsRequest_v0,
    ListGroupsRequest_v1,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Schema, TaggedFields

from connectors.kafka.metadata import Identity, Text

__all__ = ["AllGroups", "GroupFacts", "NewGroupFacts"]


class AllGroups(Request[ListGroupsRequest_v0 | ListGroupsRequest_v1]):  # type: ignore[misc]
    """Which groups do you coordinate?"""

    API_KEY: ClassVar = 16

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request in the version that both sides know."""
        return request_struct_class()


class GroupFacts(Request[DescribeGroupsRequest_v0 | DescribeGroupsRequest_v1]):  # type: ignore[misc]
    """Who is in these groups? aiokafka's own request reads later versions wrongly."""

    API_KEY: ClassVar = 15

    def __init__(self, groups: list[str]) -> None:
        self._groups = groups

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request in the version that both sides know."""
        return request_struct_class(self._groups)


SHARES = Schema(
    (
        "partitions",
        CompactArray(("identity", Identity), ("topic", Text), ("numbers", CompactArray(Int32)), ("t", TaggedFields)),
    ),
    ("t", TaggedFields),
)


class NewGroupFactsResponse(Response):  # type: ignore[misc]
    """Version 0."""

    API_KEY: ClassVar = 69
    API_VERSION: ClassVar = 0
    SCHEMA: ClassVar = Schema(
        ("throttle_time_ms", Int32),
        (
            "groups",
            CompactArray(
                ("error_code", Int16),
                ("error_message", Text),
                ("group", Text),
                ("state", Text),
                ("epoch", Int32),
                ("assignment_epoch", Int32),
                ("assignor", Text),
                (
                    "members",
                    CompactArray(
                        ("member", Text),
                        ("instance", Text),
                        ("rack", Text),
                        ("epoch", Int32),
                        ("client_id", Text),
                        ("host", Text),
                        ("topics", CompactArray(CompactString("utf-8"))),
                        ("pattern", Text),
                        ("assignment", SHARES),
                        ("target", SHARES),
                        ("t", TaggedFields),
                    ),
                ),
                ("operations", Int32),
                ("t", TaggedFields),
            ),
        ),
        ("t", TaggedFields),
    )


class NewGroupFactsRequest(RequestStruct):  # type: ignore[misc]
    """Version 0."""

    FLEXIBLE_VERSION: ClassVar = True
    API_KEY: ClassVar = 69
    API_VERSION: ClassVar = 0
    RESPONSE_TYPE: ClassVar = NewGroupFactsResponse
    SCHEMA: ClassVar = Schema(("groups", CompactArray(Text)), ("operations", Boolean), ("t", TaggedFields))


class NewGroupFacts(Request[NewGroupFactsRequest]):  # type: ignore[misc]
    """Who is in these groups, whose partitions the brokers give out?"""

    API_KEY: ClassVar = 69

    def __init__(self, groups: list[str]) -> None:
        self._groups = groups

    def build(self, request_struct_class: type[Any]) -> Any:
        """The request."""
        return request_struct_class(self._groups, False, {})
