"""The versions of DMN and FEEL by their namespaces, and what we say about those we do not read.

In: a namespace found on the root element or in `expressionLanguage`. Out: the version, or the
words of a refusal. A version is read as a whole or not at all (DMN 1.1 to 1.6; the differences
between them are in the places that read typeRef and import).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the standard, and the namespaces it uses."""

    name: str
    model: str
    feel: str
    diagrams: str | None


VERSIONS: tuple[Version, ...] = (
    Version(
        "1.1",
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/FEEL/20140401",
        None,
    ),
    Version(
        "1.2",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "http://www.omg.org/spec/DMN/20180521/DMNDI/",
    ),
    Version(
        "1.3",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    ),
    Version(
        "1.4",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    ),
    Version(
        "1.5",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    ),
    Version(
        "1.6",
        "https://www.omg.org/spec/DMN/20240513/MODEL/",
        "https://www.omg.org/spec/DMN/20240513/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    ),
)
BY_MODEL: dict[str, Version] = {version.model: version for version in VERSIONS}
FEEL_LANGUAGES: frozenset[str] = frozenset(version.feel for version in VERSIONS)
# Documentation only: a text for people (DMN 1.5, 7.3.1).
UNINTERPRETED = "http://www.omg.org/spec/DMN/uninterpreted/20140801"

_NEWER = "https://www.omg.org/spec/DMN/"  # DMN 1.7: no date in the namespace
DMN_NAMESPACES = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
_SAVE = "save the model as DMN 1.5"


def is_dmn_namespace(namespace: str) -> bool:
    """Say whether a namespace belongs to models of DMN, of a version we read or another."""
    if namespace in BY_MODEL or namespace == _NEWER:
        return True
    return namespace.startswith(DMN_NAMESPACES) and namespace.endswith(("/MODEL/", "/dmn.xsd"))


def refused_version(namespace: str) -> tuple[str, str]:
    """Return what is the matter with a namespace of DMN that we do not read, and what to do."""
    if namespace == _NEWER:
        return "this is a model of DMN 1.7, which is not read yet", _SAVE
    read = f"{VERSIONS[0].name} to {VERSIONS[-1].name}"
    return f"{namespace!r} is no version of DMN that is read (those are {read})", _SAVE


def refused_language(language: str) -> tuple[str, str] | None:
    """Return why texts in an expression language cannot be evaluated, or None when they are FEEL.

    Some editors write `feel` and not the address; that can mean nothing else. Texts declared
    `UNINTERPRETED` are not refused here: they are not meant to be evaluated.
    """
    if language in FEEL_LANGUAGES or language == UNINTERPRETED or language.casefold() == "feel":
        return None
    if language.rstrip("/").endswith("B-FEEL"):
        text = "B-FEEL is refused, because it turns errors into plausible values (false, 0, '')"
        return text, "write the expressions in FEEL"
    if language.startswith(DMN_NAMESPACES) and "FEEL" in language:
        text = f"{language!r} is no version of FEEL that is read"
        return text, f"write {VERSIONS[4].feel!r} or leave the attribute out"
    text = f"the language {language!r} is not read"
    return text, "write FEEL, and leave the attribute out"
