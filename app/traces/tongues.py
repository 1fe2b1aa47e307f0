"""Tongues: the commonest words of other languages in names of events, by the English word that says the same.

A plain table, since the forms that names of events take are few: participles and nouns. Imperatives are left out, so a
name that begins with one of these is never read as a command.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ENGLISH"]

GERMAN: Final = {
    "cancel": "storniert stornierung storno abgesagt abgebrochen abbruch",
    "release": "freigegeben freigabe",
    "refund": "erstattet erstattung rückerstattet rückerstattung rueckerstattet rueckerstattung",
    "withdraw": "zurückgezogen zurueckgezogen",
    "compensate": "kompensiert kompensation",
    "fail": "fehlgeschlagen fehlschlag gescheitert fehler",
    "reject": "abgelehnt ablehnung zurückgewiesen zurueckgewiesen",
    "expire": "abgelaufen",
    "timeout": "zeitüberschreitung zeitueberschreitung",
    "delete": "gelöscht geloescht entfernt",
    "reserve": "reserviert reservierung",
    "book": "gebucht buchung",
    "pay": "bezahlt gezahlt zahlung bezahlung",
    "debit": "abgebucht abbuchung belastet",
    "ship": "versendet versandt versand",
    "create": "erstellt angelegt erzeugt aufgegeben",
    "confirm": "bestätigt bestaetigt bestätigung bestaetigung",
    "process": "verarbeitet",
    "complete": "abgeschlossen",
    "deliver": "geliefert ausgeliefert zugestellt",
}
FRENCH: Final = {
    "cancel": "annulé annulée annule annulee annulation",
    "release": "libéré libérée libere liberee libération liberation",
    "refund": "remboursé remboursée rembourse remboursee remboursement",
    "compensate": "compensé compensée compense compensee",
    "fail": "échoué échouée echoue echouee échec echec",
    "reject": "refusé refusée refusee rejeté rejetée rejete rejetee",
    "expire": "expiré expirée expiree",
    "delete": "supprimé supprimée supprime supprimee",
    "reserve": "réservé réservée reservee réservation",
    "pay": "payé payée paye payee paiement",
    "debit": "débité débitée debite debitee",
    "ship": "expédié expédiée expedie expediee expédition",
    "create": "créé créée cree creee",
    "confirm": "confirmé confirmée confirmee",
    "process": "traité traitée traite traitee",
    "complete": "terminé terminée termine terminee",
    "deliver": "livré livrée livree livraison",
}
SPANISH: Final = {
    "cancel": "cancelado cancelada cancelación cancelacion anulado anulada anulación anulacion",
    "release": "liberado liberada liberación liberacion",
    "refund": "reembolsado reembolsada reembolso",
    "compensate": "compensado compensada compensación compensacion",
    "fail": "fallado fallada fallido fallida falló fracasado fracasada",
    "reject": "rechazado rechazada rechazo",
    "expire": "caducado caducada expirado expirada",
    "delete": "eliminado eliminada borrado borrada",
    "reserve": "reservado reservada reserva",
    "pay": "pagado pagada pago",
    "charge": "cobrado cobrada cobro",
    "ship": "enviado enviada envío envio",
    "create": "creado creada",
    "confirm": "confirmado confirmada",
    "process": "procesado procesada",
    "complete": "completado completada",
    "deliver": "entregado entregada",
}
RUSSIAN: Final = {
    "cancel": "отменён отменен отменена отменено отменены отмена аннулирован аннулирована аннулировано",
    "release": "освобождён освобожден освобождена освобождено освобождение",
    "refund": "возврат возвращён возвращен возвращена возвращено",
    "withdraw": "отозван отозвана отозвано",
    "compensate": "компенсирован компенсирована компенсировано компенсация",
    "fail": "сбой ошибка неудача провален провалена провалено",
    "reject": "отклонён отклонен отклонена отклонено отказ отказано",
    "expire": "истёк истек истекла истекло просрочен просрочена просрочено",
    "timeout": "таймаут",
    "delete": "удалён удален удалена удалено",
    "reserve": "зарезервирован зарезервирована зарезервировано резерв",
    "book": "забронирован забронирована забронировано бронь бронирование",
    "pay": "оплачен оплачена оплачено оплата платёж платеж",
    "debit": "списан списана списано списание",
    "ship": "отправлен отправлена отправлено отгружен отгружена отгружено отгрузка",
    "create": "создан создана создано оформлен оформлена оформлено",
    "confirm": "подтверждён подтвержден подтверждена подтверждено",
    "process": "обработан обработана обработано",
    "complete": "завершён завершен завершена завершено",
    "deliver": "доставлен доставлена доставлено",
}

ENGLISH: Final = {
    form: word
    for tongue in (GERMAN, FRENCH, SPANISH, RUSSIAN)
    for word, forms in tongue.items()
    for form in forms.split()
}
"""The English word for each form."""
