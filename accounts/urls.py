"""Pages of the own account; signing in and second factors are allauth's (same prefix)."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("profil/", views.profile, name="profile"),
    path("pesan/", views.inbox, name="inbox"),
    path("pesan/<int:pk>/", views.open_notice, name="notice-open"),
    path("privasi/", views.privacy, name="privacy"),
    path("usaha/", views.business_list, name="business-list"),
    path("usaha/baru/", views.business_create, name="business-create"),
    path("usaha/<int:pk>/", views.business_detail, name="business-detail"),
    path("usaha/<int:pk>/undang/", views.member_invite, name="member-invite"),
    path("usaha/<int:pk>/anggota/<int:member>/akhiri/", views.member_end, name="member-end"),
    path("usaha/<int:pk>/undangan/<int:invite>/tarik/", views.invite_end, name="invite-end"),
    path("undangan/<int:pk>/", views.invite_answer, name="invite-answer"),
]
