"""Which scopes an OAuth client may ask for, and gets when it asks for none (its own, but for those to be named)."""

from __future__ import annotations

from oauth2_provider.scopes import BaseScopes

from accounts.models import ApiClient
from accounts.types import ASKED_FOR_SCOPES, SCOPES


class ClientScopes(BaseScopes):  # type: ignore[misc]
    def get_all_scopes(self) -> dict[str, str]:
        return SCOPES

    def get_available_scopes(self, application: ApiClient | None = None, *args: object, **kwargs: object) -> list[str]:
        return list(application.allowed_scopes) if application else []

    def get_default_scopes(self, application: ApiClient | None = None, *args: object, **kwargs: object) -> list[str]:
        return [scope for scope in self.get_available_scopes(application) if scope not in ASKED_FOR_SCOPES]
