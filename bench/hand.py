"""Workloads W1, W2 and W4 as a Python programmer writes them: what compiled models are held to.

In: a patient as a dictionary, numbers exact (`int`, `Decimal`), a missing value None. Out: what the
model gives. One function a decision, plain conditions, no framework; a bound that is met by
decimals is a `Decimal`, because comparing a `Decimal` with an `int` is twice as slow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Context, Decimal
from itertools import pairwise
from typing import Any

Patient = Mapping[str, Any]

TOTAL_LOW, TOTAL_HIGH = Decimal(180), Decimal(350)
ACTIVE_LOW, ACTIVE_HIGH = Decimal(25), Decimal(70)
MMA_HIGH = Decimal("0.28")
FEEL_DIGITS = Context(prec=34)

# W1 ---------------------------------------------------------------------------------------------


def b12_diagnosis(patient: Patient) -> str:
    """Return the diagnosis of W1: one table with seven rules."""
    total = patient.get("total_b12")
    active = patient.get("active_b12")
    if total is not None and total < TOTAL_LOW:
        return "confirmed"
    if active is not None and active < ACTIVE_LOW:
        return "confirmed"
    if total is not None and total <= TOTAL_HIGH:
        return "indeterminate"
    if active is not None:
        return "indeterminate" if active <= ACTIVE_HIGH else "unlikely"
    return "not tested" if total is None else "unlikely"


# W2 ---------------------------------------------------------------------------------------------


def diagnosis_of(patient: Patient) -> str:
    """Return the diagnosis of W2, which asks for methylmalonic acid, too."""
    total = patient.get("total_b12")
    active = patient.get("active_b12")
    if total is not None and total < TOTAL_LOW:
        return "confirmed"
    if active is not None and active < ACTIVE_LOW:
        return "confirmed"
    if (total is not None and total <= TOTAL_HIGH) or (
        active is not None and active <= ACTIVE_HIGH
    ):
        mma = patient.get("mma")
        if mma is None:
            return "indeterminate"
        return "confirmed" if mma > MMA_HIGH else "unlikely"
    return "not tested" if total is None and active is None else "unlikely"


def severity_of(diagnosis: str, patient: Patient) -> str:
    """Return how severe a confirmed deficiency is."""
    if diagnosis != "confirmed":
        return "none"
    if patient.get("neuro_symptoms"):
        return "severe"
    hemoglobin = patient.get("hemoglobin")
    if hemoglobin is None or hemoglobin >= 110:
        return "mild"
    return "severe" if hemoglobin < 80 else "moderate"


def causes_of(patient: Patient) -> list[str] | None:
    """Return all causes, or None; DMN gives null when no rule of a COLLECT table matches."""
    causes = []
    if patient.get("pernicious_anemia"):
        causes.append("pernicious anemia")
    surgery = patient.get("gi_surgery")
    if surgery == "gastrectomy":
        causes.append("malabsorption")
    elif surgery == "bariatric":
        causes.append("post-bariatric")
    elif surgery == "ileal resection":
        resection = patient.get("resection_cm")
        if resection is not None and resection > 20:
            causes.append("ileal resection")
    if patient.get("diet") in ("vegan", "vegetarian"):
        causes.append("dietary")
    if patient.get("medication") in ("metformin", "ppi", "h2 blocker"):
        causes.append("medication")
    age = patient.get("age")
    if age is not None and age > 75:
        causes.append("age-related")
    return causes or None


def treatment_of(severity: str, causes: list[str] | None, patient: Patient) -> dict[str, Any]:
    """Return route, dose and frequency."""
    if severity == "none":
        return {"route": "none", "dose_ug": 0, "frequency": "none"}
    if severity == "severe":
        return {"route": "IM", "dose_ug": 1000, "frequency": "alternate days"}
    causes = causes or []
    if "pernicious anemia" in causes or "malabsorption" in causes or "ileal resection" in causes:
        return {"route": "IM", "dose_ug": 1000, "frequency": "monthly"}
    if "post-bariatric" in causes or patient.get("pregnant"):
        return {"route": "oral", "dose_ug": 1000, "frequency": "daily"}
    if severity == "mild" and "dietary" in causes:
        return {"route": "oral", "dose_ug": 350, "frequency": "daily"}
    return {"route": "oral", "dose_ug": 2000, "frequency": "daily"}


def monitoring_of(
    diagnosis: str, severity: str, causes: list[str] | None, route: str, patient: Patient
) -> list[str] | None:
    """Return what to watch, or None."""
    if diagnosis == "indeterminate":
        return ["measure MMA"]
    if diagnosis != "confirmed":
        return None
    advice = ["B12 at 3, 6 and 12 months"]
    if severity in ("moderate", "severe"):
        advice.append("hematologic response at 4 weeks")
    if causes is not None and "pernicious anemia" in causes:
        advice.append("potassium first 48 hours")
        if route == "IM":
            advice.append("hematocrit and reticulocytes days 5-7")
    if route == "oral":
        age = patient.get("age")
        if age is not None and age > 75:
            advice.append("adherence check")
    return advice


def b12_guideline(patient: Patient) -> dict[str, Any]:
    """Return all five decisions of W2."""
    diagnosis = diagnosis_of(patient)
    severity = severity_of(diagnosis, patient)
    causes = causes_of(patient)
    treatment = treatment_of(severity, causes, patient)
    return {
        "diagnosis": diagnosis,
        "severity": severity,
        "cause": causes,
        "treatment": treatment,
        "monitoring": monitoring_of(diagnosis, severity, causes, treatment["route"], patient),
    }


# W4 ---------------------------------------------------------------------------------------------

Results = Sequence[Mapping[str, Any]]


def recent_b12(labs: Results, today: str) -> int:
    """Count the B12 results of the last 180 days."""
    first = date.fromisoformat(today) - timedelta(days=180)
    return sum(
        1 for lab in labs if lab["code"] == "B12" and date.fromisoformat(lab["taken"]) >= first
    )


def mean_b12(labs: Results) -> Decimal:
    """Return the mean of the B12 results, to FEEL's 34 digits."""
    values = [lab["value"] for lab in labs if lab["code"] == "B12"]
    return FEEL_DIGITS.divide(sum(values), len(values))


def latest_hb(labs: Results) -> Decimal:
    """Return the value of the latest haemoglobin."""
    hemoglobins = [lab for lab in labs if lab["code"] == "HB"]
    latest: Decimal = max(hemoglobins, key=lambda lab: date.fromisoformat(lab["taken"]))["value"]
    return latest


def abnormal(labs: Results) -> str:
    """Return the first two letters of each code with a result out of its range."""
    outside = {
        lab["code"][:2].upper()
        for lab in labs
        if lab["value"] < lab["low"] or lab["value"] > lab["high"]
    }
    return ",".join(sorted(outside))


def all_hb_ok(labs: Results) -> bool:
    """Say whether every haemoglobin is at least 60."""
    return all(lab["value"] >= 60 for lab in labs if lab["code"] == "HB")


def max_gap(labs: Results) -> int:
    """Return the longest time between two results that follow each other, in days."""
    return max(
        (date.fromisoformat(later["taken"]) - date.fromisoformat(earlier["taken"])).days
        for earlier, later in pairwise(labs)
    )


def labs_report(patient: Patient) -> dict[str, Any]:
    """Return all six expressions of W4."""
    labs, today = patient["labs"], patient["today"]
    return {
        "recent_b12": recent_b12(labs, today),
        "mean_b12": mean_b12(labs),
        "latest_hb": latest_hb(labs),
        "abnormal": abnormal(labs),
        "all_hb_ok": all_hb_ok(labs),
        "max_gap": max_gap(labs),
    }
