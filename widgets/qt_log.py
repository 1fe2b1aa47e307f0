"""Qt's own messages, put into the log instead of on the terminal."""

from __future__ import annotations

import logging

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger(__name__)

SERIOUS = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)


def log_qt_messages() -> None:
    """From now on Qt speaks through the log."""
    qInstallMessageHandler(_logged)


def _logged(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    log.log(logging.WARNING if kind in SERIOUS else logging.DEBUG, "Qt: %s", message)
