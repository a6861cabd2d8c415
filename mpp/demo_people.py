"""The people of the demo mall: one password, one role each. Only the demo command makes them."""

from dataclasses import dataclass

PASSWORD = "demo-mpp-2026"  # noqa: S105 - printed on the start page of the demo on purpose


@dataclass(frozen=True, slots=True)
class Person:
    """One demo account; `postings` are (agency key, role key)."""

    email: str
    name: str
    what: str
    postings: tuple[tuple[str, str], ...] = ()
    is_superuser: bool = False


PEOPLE = (
    Person("warga@demo.id", "Siti Rahmawati", "citizen"),
    Person("usaha@demo.id", "Budi Santoso", "business owner"),
    Person(
        "loket@demo.id",
        "Dewi Anggraini",
        "front desk and queue (Dispendukcapil)",
        (("dukcapil", "front_desk"), ("dukcapil", "verifier")),
    ),
    Person(
        "loket2@demo.id",
        "Rudi Hartono",
        "second counter (Dispendukcapil)",
        (("dukcapil", "front_desk"),),
    ),
    Person(
        "verifikator@demo.id",
        "Agus Prasetyo",
        "verifier (DPMPTSP)",
        (("dpmptsp", "verifier"), ("dpmptsp", "front_desk")),
    ),
    Person(
        "dinkes@demo.id",
        "Ratna Wulandari",
        "opinion giver (Dinkes)",
        (("dinkes", "opinion_giver"),),
    ),
    Person(
        "kepala@demo.id",
        "Hendra Wijaya",
        "head who decides, leads the hall (DPMPTSP)",
        (("dpmptsp", "head"), ("dpmptsp", "supervisor")),
    ),
    Person("kasir@demo.id", "Lina Marlina", "cashier", (("dpmptsp", "cashier"),)),
    Person("tamu@demo.id", "Yusuf Hidayat", "host of visits", (("dpmptsp", "host"),)),
    Person("inspektur@demo.id", "Bambang Setiawan", "inspector", (("dpmptsp", "inspector"),)),
    Person(
        "kesbangpol@demo.id",
        "Sri Lestari",
        "opinion giver, verifier and head (Kesbangpol)",
        (
            ("kesbangpol", "opinion_giver"),
            ("kesbangpol", "front_desk"),
            ("kesbangpol", "verifier"),
            ("kesbangpol", "head"),
        ),
    ),
    Person(
        "teknis@demo.id",
        "Joko Susilo",
        "technical offices (DPKPP, DPUPR, Polres, Dishub)",
        (
            ("dpkpp", "verifier"),
            ("dpkpp", "front_desk"),
            ("dpupr", "verifier"),
            ("polres", "opinion_giver"),
            ("dishub", "opinion_giver"),
        ),
    ),
    Person("admin@demo.id", "Admin Demo", "superuser", (("dpmptsp", "catalogue_editor"),), True),
)
