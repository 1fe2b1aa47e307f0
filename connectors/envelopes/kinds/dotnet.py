"""Message buses of .NET: MassTransit, NServiceBus, Rebus and CAP."""

from __future__ import annotations

from typing import Any, Final

from connectors.envelopes import readers
from eventscope.decoder import EnvelopeKind, Rule
from eventscope.step import Phase

__all__ = ["CAP", "MASSTRANSIT", "MASSTRANSIT_RAW", "NSERVICEBUS", "REBUS"]


def dead(value: Any) -> int | None:
    """A header that only messages in an error queue have."""
    return None if readers.text(value) is None else int(Phase.DEAD_LETTERED)


def fault(value: Any) -> int | None:
    """A Fault<T> that MassTransit publishes when a consumer gave up."""
    return int(Phase.FAILED) if "MassTransit:Fault" in str(value) else None


def fault_text(message: Any) -> str | None:
    """Why, of such a fault."""
    exceptions = message.get("exceptions") if isinstance(message, dict) else None
    first = exceptions[0] if isinstance(exceptions, list) and exceptions else None
    return readers.first_of("exceptionType", "message")(first) if isinstance(first, dict) else None


def address(value: Any) -> str | None:
    """The queue or endpoint in an address: `rabbitmq://host/vhost/shop?temporary=true` is `shop`."""
    return (readers.text(value) or "").partition("?")[0].rpartition("/")[2] or None


def handling(headers: Any) -> int | None:
    """How long an audited message was processed."""
    began = readers.dotnet_time(headers.get("nservicebus.processingstarted"))
    ended = readers.dotnet_time(headers.get("nservicebus.processingended"))
    return ended - began if began is not None and ended is not None and ended >= began else None


def handled(value: Any) -> int | None:
    """An audited message: it was processed."""
    return None if readers.dotnet_time(value) is None else int(Phase.HANDLED)


MASSTRANSIT: Final = EnvelopeKind(
    name="masstransit",
    member_marks=("messageId", "messageType", "message"),
    members=(
        Rule("type", "messageType", readers.dotnet_type),
        Rule("id", "messageId"),
        Rule("correlation_id", "conversationId"),
        Rule("correlation_id", "correlationId"),
        Rule("alias", "correlationId"),
        Rule("causation_id", "initiatorId"),
        Rule("occurred_at", "sentTime", readers.time),
        Rule("producer", "sourceAddress", address),
        Rule("producer", "host.processName"),
        Rule("attempt", "headers.MT-Redelivery-Count", readers.after_retries),
        Rule("phase", "messageType", fault),
        Rule("error", "message", fault_text),
    ),
)

MASSTRANSIT_RAW: Final = EnvelopeKind(
    name="masstransit",
    header_marks=("MT-MessageType", "MT-Source-Address", "MT-Host-ProcessName", "MT-Host-MachineName", "MT-Reason"),
    headers=(
        Rule("type", "MT-MessageType", readers.dotnet_type),
        Rule("id", "MT-OriginalMessageId"),
        Rule("id", "MessageId"),
        Rule("correlation_id", "ConversationId"),
        Rule("correlation_id", "CorrelationId"),
        Rule("alias", "CorrelationId"),
        Rule("causation_id", "MT-InitiatorId"),
        Rule("producer", "MT-Source-Address", address),
        Rule("producer", "MT-Host-ProcessName"),
        Rule("attempt", "MT-Fault-RetryCount", readers.after_retries),
        Rule("attempt", "MT-Redelivery-Count", readers.after_retries),
        Rule("phase", "MT-Reason", dead),
        Rule("phase", "MT-Fault-Message", dead),
        Rule("error", "", readers.first_of("mt_fault_exceptiontype", "mt_fault_message")),
        Rule("error", "MT-Reason"),
    ),
)

NSERVICEBUS: Final = EnvelopeKind(
    name="nservicebus",
    header_marks=("NServiceBus.MessageId", "NServiceBus.EnclosedMessageTypes"),
    headers=(
        Rule("type", "NServiceBus.EnclosedMessageTypes", readers.dotnet_type),
        Rule("id", "NServiceBus.MessageId"),
        Rule("correlation_id", "NServiceBus.ConversationId"),
        Rule("correlation_id", "NServiceBus.CorrelationId"),
        Rule("causation_id", "NServiceBus.RelatedTo"),
        Rule("occurred_at", "NServiceBus.TimeSent", readers.dotnet_time),
        Rule("producer", "NServiceBus.OriginatingEndpoint"),
        Rule("subscription", "NServiceBus.FailedQ"),
        Rule("subscription", "NServiceBus.ProcessingEndpoint"),
        Rule("attempt", "NServiceBus.Retries", readers.after_retries),
        Rule("phase", "NServiceBus.FailedQ", dead),
        Rule("phase", "NServiceBus.ProcessingEnded", handled),
        Rule("handle_ns", "", handling),
        Rule(
            "error", "",
            readers.first_of("nservicebus.exceptioninfo.exceptiontype", "nservicebus.exceptioninfo.message"),
        ),
    ),
)  # fmt: skip

REBUS: Final = EnvelopeKind(
    name="rebus",
    header_marks=("rbs2-msg-id", "rbs2-msg-type"),
    headers=(
        Rule("type", "rbs2-msg-type", readers.dotnet_type),
        Rule("id", "rbs2-msg-id"),
        Rule("correlation_id", "rbs2-corr-id"),
        Rule("causation_id", "rbs2-in-reply-to"),
        Rule("occurred_at", "rbs2-senttime", readers.time),
        Rule("producer", "rbs2-sender-address"),
        Rule("producer", "rbs2-return-address"),
        Rule("subscription", "rbs2-source-queue"),
        Rule("phase", "rbs2-error-details", dead),
        Rule("error", "rbs2-error-details"),
    ),
)

CAP: Final = EnvelopeKind(
    name="cap",
    header_marks=("cap-msg-id", "cap-msg-name"),
    headers=(
        Rule("type", "cap-msg-name"),
        Rule("id", "cap-msg-id"),
        Rule("correlation_id", "cap-corr-id"),
        Rule("occurred_at", "cap-senttime", readers.dotnet_time),
        Rule("subscription", "cap-msg-group"),
        Rule("phase", "cap-exception", dead),
        Rule("error", "cap-exception"),
    ),
)
