"""What was told to whom, and whether it went out. No text of a message is shown in lists."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import ReadOnly
from accounts.identity import mask_phone
from accounts.models import Delivery, DeliveryState, Notice
from mpp.kit import clock


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    list_display = ["kind", "object_kind", "object_ref", "created_at", "read_at"]
    list_filter = ["kind"]
    search_fields = ["object_ref"]
    ordering = ["-pk"]
    fields = ["kind", "language", "object_kind", "object_ref", "path", "created_at", "read_at"]
    list_per_page = 50
    show_full_result_count = False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ["shown_kind", "channel", "shown_address", "state", "attempts", "next_at"]
    list_filter = ["state", "channel"]
    list_select_related = ["notice"]
    ordering = ["-pk"]
    fields = [
        "shown_kind",
        "channel",
        "shown_address",
        "state",
        "attempts",
        "next_at",
        "sent_at",
        "last_error",
    ]
    actions = ["send_again"]
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=gettext_lazy("kind"))
    def shown_kind(self, row: Delivery) -> str:
        return row.notice.kind

    @admin.display(description=gettext_lazy("address"))
    def shown_address(self, row: Delivery) -> str:
        """Masked: who reads the outbox needs to know that it failed, not whose it is."""
        name, at, host = row.address.partition("@")
        return f"{name[:1]}•••@{host}" if at else mask_phone(row.address)

    @admin.action(description=gettext_lazy("Send again what failed"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Put failed deliveries back into the outbox."""
        found = queryset.filter(state=DeliveryState.FAILED).update(
            state=DeliveryState.PENDING, attempts=0, next_at=clock.now()
        )
        messages.success(request, _("Put back into the outbox: %(count)s") % {"count": found})

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whoever may change deliveries by role may send again."""
        return request.user.has_perm("accounts.change_delivery")
