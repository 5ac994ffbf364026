// Tables and figures of the two reports as they have them: the rows of `forlob table`, but for what is withheld.

const NUMBERED = ["figur_1", "figur_2", "figur_3"].filter((name) => rowsOf(name).length);
const numeric = (label) => ({ label, numeric: true });
const SHARE_COLUMNS = () => [word("share_column"), word("column.share_low"), word("column.share_high")].map(numeric);
const byLine = (rows) => new Map(rows.map((row) => [keyOf(row), row]));
/** The rows of a figure, as those of the table that it is a view of. */
const namedRows = (name, table) => rowsOf(name).map((row) => ({ ...row, table }));
const periodsOf = (rows) => [...new Set(rows.map((row) => row.period))];
const withinParentheses = (cell, beside) => (cell.missing || !beside ? cell.text : `${cell.text} (${beside.text})`);

Object.assign(FIGURES, {
  before: () => {
    const told = rowsOf("before_start");
    const drawn = [];
    const rows = told.map((row) => {
      const name = nameOf("category", row.category);
      const [n, measured, partly] = ["n", "n_citizens", "n_partly"].map((column) => figureCell(row, column, "count"));
      const [share, low, high] = ["share", "share_low", "share_high"].map((column) => figureCell(row, column, "share"));
      const note = share.missing ? share.text : `${n.text} (${share.text})`;
      drawn.push({ key: chartKey(drawn.length, name), share: share.value, end: share.value ?? 0, note, tip: `${name}: ${note}` });
      const period = textCell(nameOf("looked_back", row.category), row.first_period);
      return { cells: [textCell(name), period, n, share, low, high, measured, partly] };
    });
    const columns = [
      ...[{ label: word("column.service") }, { label: word("looked_back") }],
      ...[numeric(word("column.n")), ...SHARE_COLUMNS()],
      ...[numeric(word("column.n_citizens")), numeric(word("column.n_partly"))],
    ];
    const there = new Set(told.map((row) => row.category));
    const registers = rowsOf("categories").filter((row) => there.has(row.category)).map((row) => row.register);
    const source = sourceLine({ named: [...new Set(registers)], rows: told, kind: "before" });
    return { caption: word("table.ydelser_foer_start"), columns, rows, drawn, source, chart: "who" };
  },

  compared: () => {
    const told = namedRows("forbrug_sammenlignet", "cost_table");
    const rows = told.map((row) => {
      const [share, low, high] = ["share_users", "share_low", "share_high"].map((column) => figureCell(row, column, "share"));
      const name = row.group_by === STUDY ? word("compared.alle") : nameOf("group_by", row.group_by);
      const figures = [figureCell(row, "n_citizens", "count"), share, low, high, meanCell(row, "mean_quantity", "quantity")];
      return { cells: [textCell(lineName(row)), textCell(name), ...figures, textCell(nameOf("unit", row.unit))] };
    });
    const columns = [
      ...[{ label: word("column.service") }, { label: word("choose_group") }],
      ...[numeric(word("column.n_citizens")), ...SHARE_COLUMNS()],
      { ...numeric(word("column.mean_quantity")), also: ["column.mean_quantity_low", "column.mean_quantity_high"].map((key) => word(key)) },
      { label: word("column.unit") },
    ];
    const caption = `${word("compared_title", { period: periodName(told[0].period).toLowerCase() })}. ${word("figure_intervals")}`;
    return { caption, columns, rows, source: sourceLine({ lines: told, rows: told.filter((row) => row.group_by === STUDY) }) };
  },

  report: ({ figure }) => (figure ? REPORTED[figure](word("figure_of", { n: NUMBERED.indexOf(figure) + 1, title: word(`table.${figure}`) })) : REPORTED.none()),
});

const REPORTED = {
  none: () => ({ caption: word("report_title"), columns: [{ label: word("line_heading") }], rows: [], source: "" }),

  figur_1: (caption) => {
    const told = namedRows("figur_1", "cost_table");
    const [periods, found] = [periodsOf(told), byLine(told)];
    const own = new Map(told.filter((row) => row.group_by === STUDY).map((row) => [JSON.stringify(ids(row)), row]));
    // As everywhere, an area and then its services; the weeks of all transfers, which are no service, under their area.
    const more = [...own.values()].filter((row) => row.service && !(row.service in DATA.unit_of));
    const under = (line) => [line, ...more.filter((row) => line.level === "area" && row.area === line.area)];
    const lines = DATA.lines.flatMap(under).map((line) => own.get(JSON.stringify(ids(line)))).filter(Boolean);
    const beside = told.some((row) => row.group_by === POPULATION);
    const rows = lines.map((line) => {
      const cells = (column, format) =>
        periods.map((period) => {
          const at = (group) => found.get(keyOf({ group_by: group, group, period, ...ids(line) }));
          const [row, other] = [at(STUDY), beside ? at(POPULATION) : undefined];
          const also = other && figureCell(other, column, format);
          const population = beside ? [also?.value ?? also?.text ?? ""] : [];
          if (column === "mean_quantity") {
            const cell = meanCell(row, column, format, also);
            return { ...cell, also: [...population, ...cell.also] };
          }
          const ends = [row?.share_low, row?.share_high];
          const known = ends.every((end) => end !== null && end !== undefined);
          const interval = known ? ends.map(FORMATS.share).join(" – ") : undefined;
          const cell = figureCell(row, column, format, { trace: { interval } });
          return { ...cell, text: withinParentheses(cell, also), also: population };
        });
      const level = line.service ? null : line.area ? "area" : "total";
      const use = line.service ? [textCell(nameOf("unit", line.unit)), ...cells("mean_quantity", "quantity")] : [textCell(""), ...periods.map(() => textCell(""))];
      return { level, cells: [textCell(lineName(line)), ...cells("share_users", "share"), ...use] };
    });
    const headed = (key, more) =>
      periods.map((period) => {
        const name = word(key, { period: periodName(period) });
        return { ...numeric(name), also: [...(beside ? [word("population_heading", { period: name })] : []), ...more(name)] };
      });
    const [shares, use] = [headed("share_of", () => []), headed("use_of", endsHeaded)];
    const columns = [{ label: word("line_heading") }, ...shares, { label: word("column.unit") }, ...use];
    const full = [caption, beside ? word("figure_population") : "", word("figure_intervals")].filter(Boolean).join(" ");
    return { caption: full, columns, rows, source: sourceLine({ lines, rows: told.filter((row) => row.group_by === STUDY) }) };
  },

  figur_2: (caption) => {
    const told = namedRows("figur_2", "cost_table");
    const [periods, found] = [periodsOf(told), byLine(told)];
    const there = new Set(told.map((row) => JSON.stringify(ids(row))));
    const lines = DATA.lines.filter((line) => there.has(JSON.stringify(ids(line))));
    const rows = lines.map((line) => ({
      level: line.level,
      cells: [
        textCell(lineName(line)),
        ...periods.map((period) => meanCell(found.get(keyOf({ group_by: STUDY, group: STUDY, period, ...ids(line) })), "mean_cost_kommune", "kr")),
      ],
    }));
    const headed = periods.map((period) => ({ ...numeric(periodName(period)), also: endsHeaded(periodName(period)) }));
    const columns = [{ label: word("line_heading") }, ...headed];
    return { caption: `${caption} ${word("figure_intervals")}`, columns, rows, source: sourceLine({ lines, rows: told, priced: true }) };
  },

  figur_3: (caption) => {
    const told = namedRows("figur_3", "employment_table");
    const [periods, found] = [periodsOf(told), byLine(told)];
    const priced = DATA.lines.filter((line) => line.level !== "service" && line.priced);
    const rows = monthsOf.flatMap((group) => {
      const of = (line, column, format) =>
        periods.map((period) => figureCell(found.get(keyOf({ group_by: "beskaeftigelse", group, period, ...ids(line) })), column, format));
      const name = textCell(word("months", { group }));
      const total = { area: null, service: null };
      return [
        ...priced.map((line) => ({ level: line.level === "total" ? "area" : null, cells: [name, textCell(lineName(line)), ...of(line, "mean_cost", "kr")] })),
        { level: "part", cells: [name, textCell(word("n_row")), ...of(total, "n_citizens", "count")] },
      ];
    });
    const columns = [{ label: word("months_heading") }, { label: word("column.area") }, ...periods.map((period) => numeric(periodName(period)))];
    return { caption, columns, rows, source: sourceLine({ lines: priced, rows: told, priced: true }) };
  },
};
