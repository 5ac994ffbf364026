"""The larger queries of `duckdb_sql.py`: the population's counts and means, and a study's cost table.

They read `{bef}` and `{spells}`, Parquet files of the road, and small tables that are registered under their names:
`services`, `lines`, `parts` (a row a line and service of it), `measured` or `covered`, `prices`, `years` or
`windows`, `base`, `snapshots`.
"""

from __future__ import annotations

QUANTITY = """CASE measure
    WHEN 'weeks' THEN (last - DATE '1970-01-01') // 7 - (first - 1 - DATE '1970-01-01') // 7
    WHEN 'months' THEN year(last) * 12 + month(last) - year(first - 1) * 12 - month(first - 1)
    WHEN 'days' THEN last - first + 1
    WHEN 'bed_days' THEN least(greatest(spell_start, spell_end - 1), "end") - first + 1
    WHEN 'count' THEN (spell_start >= start)::INTEGER END"""
"""How much of a spell, `spell_start` to `spell_end`, lies in a window `start` to `end` that it touches."""

TOUCHING = """
    SELECT *, greatest(spell_start, start) AS first, least(spell_end, "end") AS last
    FROM (SELECT person, service AS spell, start AS spell_start, "end" AS spell_end FROM {{spells}})
    JOIN {windows} ON spell_start <= "end" AND spell_end >= start{same}"""

POPULATION = {
    "december": """
        SELECT person, year(reference_date)::INTEGER AS snapshot, foed_dag, koen, kom FROM {bef}
        WHERE reference_date IN (SELECT unnest([make_date(year - 1, 12, 31), make_date(year, 12, 31)]) FROM years)""",
    "present": """
        SELECT year, person, coalesce(koen, '9') AS koen, kom,
            greatest(year - year(foed_dag) - (month(foed_dag) * 100 + day(foed_dag) > 701)::INTEGER, 0)::SMALLINT AS age
        FROM (
            SELECT year, december.* FROM december JOIN years ON snapshot = year - 1 UNION ALL
            SELECT year, december.* FROM december JOIN years ON snapshot = year
            ANTI JOIN december AS before ON before.person = december.person AND before.snapshot = december.snapshot - 1
        )""",
    "citizens": """
        SELECT year, age, koen, kom, count(*) AS n_citizens FROM present GROUP BY ALL""",
    "used": f"""
        SELECT year, person, area, service, sum(quantity)::BIGINT AS quantity
        FROM (
            SELECT year, person, services.area, services.service, {QUANTITY} AS quantity
            FROM ({TOUCHING.format(windows="windows", same="")}) JOIN services USING (spell)
        ) WHERE quantity > 0 GROUP BY ALL""",
    "in_cells": """
        SELECT year, person, age, koen, kom, area, service, quantity FROM used JOIN present USING (year, person)""",
    "use": """
        SELECT year, age, koen, kom, lines.area, lines.service, n_users, quantity
        FROM (
            SELECT year, age, koen, kom, area, service, count(*) AS n_users, sum(quantity)::BIGINT AS quantity
            FROM in_cells GROUP BY ALL
            UNION ALL
            SELECT year, age, koen, kom, area, NULL, count(*), NULL
            FROM (SELECT DISTINCT year, person, age, koen, kom, area FROM in_cells) GROUP BY ALL
            UNION ALL
            SELECT year, age, koen, kom, NULL, NULL, count(*), NULL
            FROM (SELECT DISTINCT year, person, age, koen, kom FROM in_cells) GROUP BY ALL
        ) AS lines
        JOIN measured USING (year)
        WHERE measured AND lines.area IS NOT DISTINCT FROM measured.area
            AND lines.service IS NOT DISTINCT FROM measured.service""",
}
"""Temporary tables, each made from those before it."""

GROUPS = """unnest([
    {'kind': 'alle', 'name': 'alle'},
    {'kind': 'alder', 'name': CASE WHEN age >= 100 THEN '100+' ELSE (age // 5 * 5) || '-' || (age // 5 * 5 + 4) END},
    {'kind': 'koen', 'name': koen},
    {'kind': 'kommune', 'name': kom}])"""

MEANS = f"""
    WITH n_present AS (
        SELECT year, cell.kind, cell.name, sum(n_citizens) AS n_present
        FROM (SELECT *, {GROUPS} AS cell FROM citizens) GROUP BY ALL
    ),
    used_by AS (
        SELECT year, cell.kind, cell.name, line, sum(n_users) AS n_users, sum(quantity) AS quantity
        FROM (SELECT *, {GROUPS} AS cell FROM use) AS found JOIN lines
            ON found.area IS NOT DISTINCT FROM lines.area AND found.service IS NOT DISTINCT FROM lines.service
        GROUP BY ALL
    ),
    costs AS (
        SELECT year, kind, used_by.name, parts.line, bool_and(cost IS NOT NULL) AS payable,
            sum(quantity * cost) AS cost, sum(quantity * cost_kommune) AS cost_kommune,
            sum(quantity * cost_region) AS cost_region, sum(quantity * cost_stat) AS cost_stat
        FROM used_by JOIN lines USING (line) JOIN prices USING (year, service) JOIN parts ON parts.part = lines.service
        GROUP BY ALL
    ),
    priced AS (
        SELECT year, line, bool_or(illustrative) AS illustrative
        FROM parts JOIN prices ON prices.service = parts.part GROUP BY ALL
    ),
    figures AS (
        SELECT year, kind, n_present.name, line, lines.area, lines.service, unit, n_present,
            CASE WHEN measured THEN n_present ELSE 0 END AS n_citizens, coalesce(n_users, 0) AS n_users,
            CASE WHEN lines.service IS NOT NULL THEN coalesce(quantity, 0) END AS quantity,
            priced.line IS NOT NULL AND coalesce(payable, true) AS payable, illustrative,
            cost, cost_kommune, cost_region, cost_stat
        FROM n_present JOIN measured USING (year) JOIN lines
            ON measured.area IS NOT DISTINCT FROM lines.area AND measured.service IS NOT DISTINCT FROM lines.service
        LEFT JOIN used_by USING (year, kind, name, line)
        LEFT JOIN costs USING (year, kind, name, line)
        LEFT JOIN priced USING (year, line)
        WHERE n_present.name IS NOT NULL
    )
    SELECT year, kind AS group_by, name AS "group", area, service, unit, n_present, n_citizens, n_users,
        n_users / nullif(n_citizens, 0) AS share_users, quantity / nullif(n_citizens, 0) AS mean_quantity,
        COLUMNS('^(cost.*)$') / nullif(CASE WHEN payable THEN n_citizens END, 0) AS "mean_\\1",
        year AS price_year, coalesce(illustrative, false) AS illustrative
    FROM (
        SELECT * REPLACE (coalesce(cost, 0) AS cost, coalesce(cost_kommune, 0) AS cost_kommune,
            coalesce(cost_region, 0) AS cost_region, coalesce(cost_stat, 0) AS cost_stat) FROM figures
    )
    ORDER BY year, kind, name, line"""

COST_TABLE = f"""
    WITH in_december AS (
        SELECT person, year(reference_date) AS snapshot FROM {{bef}} SEMI JOIN windows USING (person)
        WHERE month(reference_date) = 12 AND day(reference_date) = 31
    ),
    told AS (
        SELECT DISTINCT unnest([year(reference_date), year(reference_date) + 1]) AS year FROM snapshots
        WHERE month(reference_date) = 12 AND day(reference_date) = 31
    ),
    present_years AS (SELECT DISTINCT person, unnest([snapshot, snapshot + 1]) AS year FROM in_december),
    touched AS (SELECT *, unnest(range(year(start), year("end") + 1)) AS year FROM windows),
    there AS (
        SELECT touched.person, period, start, "end"
        FROM touched LEFT JOIN told USING (year) LEFT JOIN present_years AS found USING (person, year)
        GROUP BY ALL HAVING bool_and(told.year IS NOT NULL) AND bool_or(found.person IS NOT NULL)
    ),
    use AS (
        SELECT person, period, start, service, sum(quantity) AS quantity
        FROM (
            SELECT touching.person, period, start, services.service, {QUANTITY} AS quantity
            FROM (SELECT * FROM ({
    TOUCHING.format(windows="(SELECT person AS citizen, * EXCLUDE person FROM there)", same=" AND person = citizen")
})) AS touching JOIN services USING (spell) JOIN covered USING (start, "end", service)
            WHERE covered
        ) WHERE quantity > 0 GROUP BY ALL
    ),
    of_lines AS (
        SELECT person, period, line, sum(quantity) AS quantity, sum(quantity * price_kr) AS cost,
            sum(quantity * price_kr * kommune) AS cost_kommune, sum(quantity * price_kr * region) AS cost_region,
            sum(quantity * price_kr * stat) AS cost_stat
        FROM use LEFT JOIN prices USING (service, start) JOIN parts ON parts.part = use.service GROUP BY ALL
    ),
    told_lines AS (
        SELECT start, "end", line, bool_and(covered) AS measured, coalesce(bool_or(illustrative), false) AS illustrative
        FROM covered JOIN parts ON parts.part = covered.service LEFT JOIN prices USING (service, start) GROUP BY ALL
    ),
    priced AS (SELECT DISTINCT line, true AS priced FROM parts JOIN prices ON prices.service = parts.part),
    members AS (
        SELECT person, unnest([
            {{{{'order': 0, 'kind': 'alle', 'name': 'alle'}}}}, {{{{'order': 1, 'kind': 'kommune', 'name': kom}}}},
            {{{{'order': 2, 'kind': 'gruppe', 'name': "group"}}}}]) AS cell
        FROM base
    ),
    sizes AS (SELECT cell, count(*) AS n_study FROM members WHERE cell.name IS NOT NULL GROUP BY ALL),
    figures AS (
        SELECT cell, period, line, count(*) FILTER (measured) AS n_citizens,
            count(quantity) FILTER (measured) AS n_users, bool_or(illustrative) AS illustrative,
            coalesce(sum(quantity) FILTER (measured), 0) AS quantity,
            coalesce(sum(cost) FILTER (measured), 0) AS cost,
            coalesce(sum(cost_kommune) FILTER (measured), 0) AS cost_kommune,
            coalesce(sum(cost_region) FILTER (measured), 0) AS cost_region,
            coalesce(sum(cost_stat) FILTER (measured), 0) AS cost_stat
        FROM there JOIN told_lines USING (start, "end") LEFT JOIN of_lines USING (person, period, line)
        JOIN members USING (person) GROUP BY ALL
    )
    SELECT '{{study}}' AS study, cell.kind AS group_by, cell.name AS "group", period, area, service, unit, n_study,
        coalesce(n_citizens, 0) AS n_citizens, coalesce(n_users, 0) AS n_users,
        n_users / nullif(n_citizens, 0) AS share_users,
        CASE WHEN service IS NOT NULL THEN quantity / nullif(n_citizens, 0) END AS mean_quantity,
        CASE WHEN priced THEN cost / nullif(n_citizens, 0) END AS mean_cost,
        CASE WHEN priced THEN cost_kommune / nullif(n_citizens, 0) END AS mean_cost_kommune,
        CASE WHEN priced THEN cost_region / nullif(n_citizens, 0) END AS mean_cost_region,
        CASE WHEN priced THEN cost_stat / nullif(n_citizens, 0) END AS mean_cost_stat,
        {{price_year}} AS price_year, coalesce(illustrative, false) AS illustrative
    FROM sizes CROSS JOIN (SELECT DISTINCT period FROM windows) CROSS JOIN lines
    LEFT JOIN figures USING (cell, period, line) LEFT JOIN priced USING (line)
    ORDER BY cell.order, cell.name, period, line"""
