"""What each column of this room is: nothing of it is configuration, a blueprint holds no other."""

FIELDS: dict[str, dict[str, str]] = {
    "Arrival": dict.fromkeys(
        (
            "id",
            "created_at",
            "updated_at",
            "token",
            "file",
            "uploaded_by",
            "expires_at",
            "kinds",
            "objects_chosen",
            "is_chosen",
            "names",
            "applied_at",
            "act_key",
            "result",
        ),
        "personal",
    ),
    "Edition": {
        **dict.fromkeys(
            (
                "id",
                "created_at",
                "updated_at",
                "number",
                "file",
                "product",
                "counts",
                "manifest_sha256",
                "published_at",
                "act_key",
            ),
            "public",
        ),
        "published_by": "personal",
    },
}
