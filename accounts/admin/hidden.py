"""What other packages put into the desk and nobody needs there.

Second factors and sessions hold secrets; addresses are changed by their owners only; groups
follow roles and postings.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

HIDDEN = (Authenticator, EmailAddress, UserSession, Group)
for model in HIDDEN:
    if admin.site.is_registered(model):
        admin.site.unregister(model)
