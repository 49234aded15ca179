"""Random filters, each as text of the filter language and as SQL that means the same."""

import dataclasses

TIME = {
    "year": "substr({d}, 1, 4)",
    "quarter": "substr({d}, 1, 4) || '-Q' || ((CAST(substr({d}, 6, 2) AS INTEGER) + 2) / 3)",
    "fiscal_year": "fiscal_year({d})",
    "fiscal_quarter": "fiscal_quarter({d})",
    "month": "substr({d}, 1, 7)",
    "week": "iso_week({d})",
    "day": "{d}",
    "weekday": "(CAST(strftime('%w', {d}) AS INTEGER) + 6) % 7 + 1",
}
ORDER = ("status", "channel", "deal_size")
LINE = ("product", "product_line")
OTHER = {"priority": "t.priority", "category": "t.category", "survey_kind": "sv.kind",
         "contract_status": "k.status", "contract_owner": "k.owner"}


def column(field_id):
    """The SQL of a field over the joined tables: cf and o with l, t, sv or k."""
    if field_id in OTHER:
        return OTHER[field_id]
    if field_id in TIME:
        return TIME[field_id].format(d="o.day")
    if field_id in ORDER:
        return f"o.{field_id}"
    if field_id in LINE:
        return f"l.{field_id}"
    return f'cf."{field_id}"'


@dataclasses.dataclass
class Comparison:
    field: str
    kind: str      # "=", "!=", "<", "<=", ">", ">=", "prefix", "not prefix", "contains", "known"
    text: str      # the literal as the filter language writes it
    value: object  # the literal as SQL sees it

    def render(self):
        operators = {"prefix": "=", "not prefix": "!=", "contains": ":", "known": ":"}
        return f"{self.field} {operators.get(self.kind, self.kind)} {self.text}" \
            if self.kind not in ("contains", "known") else f"{self.field}:{self.text}"

    def sql(self, parameters):
        expression = column(self.field)
        if self.kind == "known":
            return f"({expression} IS NOT NULL)"
        parameters.append(self.value)
        if self.kind in ("prefix", "not prefix"):
            parameters.append(self.value)
            test = f"coalesce(substr({expression}, 1, length(?)) = ?, 0)"
        elif self.kind == "contains":
            test = f"coalesce(instr(lower({expression}), lower(?)) > 0, 0)"
        else:
            test = f"coalesce({expression} {'=' if self.kind == '!=' else self.kind} ?, 0)"
        return f"(NOT {test})" if self.kind in ("!=", "not prefix") else f"({test})"


@dataclasses.dataclass
class Not:
    term: object
    minus: bool

    def render(self):
        inner = self.term.render()
        if not isinstance(self.term, Comparison):
            inner = f"({inner})"
        return ("-" if self.minus else "NOT ") + inner

    def sql(self, parameters):
        return f"(NOT {self.term.sql(parameters)})"


@dataclasses.dataclass
class All:
    terms: list
    juxtaposed: bool

    def render(self):
        # OR binds tighter than AND: an Any needs no parentheses in here.
        return (" " if self.juxtaposed else " AND ").join(
            f"({t.render()})" if isinstance(t, All) else t.render() for t in self.terms)

    def sql(self, parameters):
        return "(" + (" AND ".join(t.sql(parameters) for t in self.terms) or "1") + ")"


@dataclasses.dataclass
class Any:
    terms: list

    def render(self):
        return " OR ".join(t.render() if isinstance(t, (Comparison, Not)) else f"({t.render()})"
                           for t in self.terms)

    def sql(self, parameters):
        return "(" + " OR ".join(t.sql(parameters) for t in self.terms) + ")"


def fields_of(term):
    """The ids of the fields that a filter names."""
    if term is None:
        return []
    if isinstance(term, Comparison):
        return [term.field]
    terms = [term.term] if isinstance(term, Not) else term.terms
    return [f for t in terms for f in fields_of(t)]


def customer_terms(term):
    """Of the terms that all must hold, those that name fields of customers alone; None for none."""
    def conjuncts(term):
        return [c for t in term.terms for c in conjuncts(t)] if isinstance(term, All) else [term]
    if term is None:
        return None
    own = [t for t in conjuncts(term)
           if all(column(f).startswith('cf."') for f in fields_of(t))]
    return All(own, False)


class Generator:
    """Draws filters over given fields; literals mostly occur in the data."""

    def __init__(self, rng, fields, samples):
        self.rng = rng
        self.fields = fields      # strata.v1.Field messages
        self.samples = samples    # field id -> values that occur (SQL form)
        self.used = {}            # (field id, kind) -> how often

    def filter(self, allowed, depth=2):
        rng = self.rng
        shape = rng.random()
        if depth == 0 or shape < 0.4:
            return self.comparison(rng.choice(allowed))
        if shape < 0.55:
            return Not(self.filter(allowed, depth - 1), rng.random() < 0.3)
        terms = [self.filter(allowed, depth - 1) for _ in range(rng.choice([2, 2, 3]))]
        return All(terms, rng.random() < 0.4) if shape < 0.8 else Any(terms)

    def comparison(self, field, kind=None):
        kinds = self.kinds(field)
        kind = kind or self.rng.choice(kinds)
        value = self.rng.choice(self.samples[field.id])
        made = getattr(self, "_" + TYPES[field.type])(field, kind, value)
        self.used[field.id, kind] = self.used.get((field.id, kind), 0) + 1
        return made

    @staticmethod
    def kinds(field):
        kind = TYPES[field.type]
        if kind == "boolean":
            return ["=", "!=", "known"]
        if kind == "number" and not field.id.startswith("attribute:"):
            return ["<", "<=", ">", ">=", "known"]  # ratios: equality would compare roundings
        if kind == "text" and field.id not in TIME:
            ordered = ["<", "<=", ">", ">="]
            return ["=", "!=", "prefix", "not prefix", "contains", "known"] + ordered
        return ["=", "!=", "<", "<=", ">", ">=", "known"]

    def _text(self, field, kind, value):
        if kind == "known":
            return Comparison(field.id, kind, "*", None)
        if kind in ("prefix", "not prefix"):
            value = value[:self.rng.randint(1, 3)]
            return Comparison(field.id, kind, f'"{value}*"', value)
        if kind == "contains":
            start = self.rng.randrange(len(value))
            value = value[start:start + 3]
            value = value.swapcase() if value.isascii() else value
            return Comparison(field.id, kind, f'"{value}"', value)
        if self.rng.random() < 0.1 and field.id not in TIME:
            value = "no such value"
        bare = value.isascii() and value.replace("_", "").isalpha() and value not in (
            "AND", "OR", "NOT", "true", "false") and self.rng.random() < 0.3
        return Comparison(field.id, kind, value if bare else f'"{value}"', value)

    def _integer(self, field, kind, value):
        if kind == "known":
            return Comparison(field.id, kind, "*", None)
        value += self.rng.choice([0, 0, 1, -1])
        return Comparison(field.id, kind, str(value), value)

    def _money(self, field, kind, value):
        if kind == "known":
            return Comparison(field.id, kind, "*", None)
        value += self.rng.choice([0, 0, 1, -1, 10**9])
        sign, digits = "-" * (value < 0), f"{abs(value):07d}"
        text = f"{sign}{digits[:-6]}.{digits[-6:]}".rstrip("0").rstrip(".")
        return Comparison(field.id, kind, text, value)

    def _number(self, field, kind, value):
        if kind == "known":
            return Comparison(field.id, kind, "*", None)
        if not field.id.startswith("attribute:"):
            value = round(value + self.rng.uniform(-0.2, 0.2), 3) + 0.00037
        return Comparison(field.id, kind, f"{value:.6f}".rstrip("0").rstrip("."), value)

    def _boolean(self, field, kind, value):
        if kind == "known":
            return Comparison(field.id, kind, "*", None)
        return Comparison(field.id, kind, "true" if value else "false", int(bool(value)))

    def _date(self, field, kind, value):
        return Comparison(field.id, kind, "*" if kind == "known" else value, value)


TYPES = {1: "text", 2: "integer", 3: "number", 4: "money", 5: "boolean", 6: "date"}


class SelectiveGenerator(Generator):
    """Draws filters that select some and not all: `samples` has the value of every customer, so
    that a constant is a random quantile, and the fields that were named least come first."""

    def comparison(self, field, kind=None):
        if not self.samples.get(field.id):  # nobody has a value
            self.used[field.id, "known"] = self.used.get((field.id, "known"), 0) + 1
            return Comparison(field.id, "known", "*", None)
        if kind is None:
            # Whether a value is known, and equality of figures, tell all or nobody too often: once
            # each, then seldom.
            plain = ["known"] + ["=", "!="] * (TYPES[field.type] in ("integer", "money", "number",
                                                                     "date"))
            fresh = [k for k in self.kinds(field) if not any(
                (f.id, k) in self.used for f in self.fields if f.type == field.type)]
            rest = [k for k in self.kinds(field) if k not in plain or self.rng.random() < 0.2]
            kind = self.rng.choice(fresh or rest)
        return super().comparison(field, kind)

    def filter(self, allowed, depth=2):
        named = {}
        for (field, _), times in self.used.items():
            named[field] = named.get(field, 0) + times
        least = sorted(allowed, key=lambda f: (named.get(f.id, 0), self.rng.random()))
        return super().filter(least[:max(4, len(least) // 4)], depth)
