// What each figure shows for the reader's choices: the same released cells make the table and the chart's rows.

const COST = rowsOf("cost_table");
const WORK = rowsOf("employment_table");
const CHANGES = rowsOf("changes");
const WHO = rowsOf("characteristics");
const ENDS = new Map(rowsOf("shares").map((row) => [JSON.stringify([row.characteristic, row.category]), row]));
const [STUDY, POPULATION, STANDARDISED] = DATA.compared;
const PERIODS = DATA.periods.map((one) => one.period);
const AFTER = PERIODS.filter((period) => period !== -1);
const MANY = 25; // categories that a chart still shows
const keyOf = (row, ...more) => JSON.stringify([row.group_by, row.group, row.period, row.area, row.service, ...more]);
const cost = new Map(COST.map((row) => [keyOf(row), row]));
const MEANS = new Map(rowsOf("mean_intervals").map((row) => [keyOf(row), row]));
const work = new Map(WORK.map((row) => [keyOf(row), row]));
const changes = new Map(CHANGES.map((row) => [keyOf(row), row]));
const monthsOf = [...new Set(WORK.map((row) => row.group))];
const COMPARISONS = [STANDARDISED, POPULATION].filter((name) => COST.some((row) => row.group_by === name));

const lineName = ({ area, service }) =>
  service ? nameOf("service", service) : area ? nameOf("area", area) : word("total");
const groupName = (by, group) =>
  DATA.compared.includes(by)
    ? nameOf("group_by", by)
    : by === "kommune"
      ? word("kommune.code", { n: group })
      : by === "beskaeftigelse"
        ? word("months", { group })
        : group;
const stepName = ({ step, reason }) => nameOf("step", step) + (reason ? `: ${nameOf("reason", reason)}` : "");
const categoryName = ({ characteristic, category }) => {
  if (category === "uoplyst") return word("unknown");
  const counted = { alder: "alder.years", kommune: "kommune.code" }[characteristic];
  return counted ? word(counted, { n: category }) : nameOf(characteristic, category);
};

// Keys of a chart's rows: see charts.py.
const chartKey = (place, label, heading = false) => `${String(place).padStart(4, "0")}${heading ? "#" : " "}${label}`;
const chosenLines = (choice) =>
  DATA.lines.filter((line) =>
    choice === "areas" ? line.level !== "service" : choice === "all" ? true : line.area === choice,
  );

/** The line under a figure: source, period, n, price year, and that a change is no effect. */
const sourceLine = ({ lines = [], rows = [], named = [...new Set(lines.flatMap(registersOf))], kind, priced }) => {
  const known = rowsOf("registers").filter(
    ({ register }) => named.includes(DATA.tells_of[register] ?? register) || register === "bef",
  );
  const registers = known.map((row) =>
    row.data_end ? word("until", { register: row.register.toUpperCase(), date: dateOf(row.data_end) }) : row.register.toUpperCase(),
  );
  const counts = rows.map((row) => row.n_citizens).filter((n) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)].map((n) => FORMATS.count(n));
  const parts = [word("source_line", { registers: registers.join(", ") }), word(`period_line.${kind ?? DATA.study.mode}`)];
  if (counts.length) parts.push(word("n_line", { n: least === most ? least : `${least}–${most}` }));
  if (priced) parts.push(word("price_level"));
  parts.push(word("no_effect"));
  return parts.join(" ");
};
const registersOf = ({ area, service }) => [
  ...new Set(
    DATA.lines.filter((one) => one.service && (service ? one.service === service : area ? one.area === area : one.area !== "skat"))
      .map((one) => DATA.registers_of[one.service]),
  ),
];

/** The ends of the interval of a mean of everybody, or the word for withheld ones, and both as text; no text where there
 * is none, or nothing that it could be of. */
const intervalOf = (row, column, format) => {
  const own = row?.group_by === STUDY ? MEANS.get(keyOf({ period: row.period, ...ids(row) })) : undefined;
  const ends = ["low", "high"].map((end) => own?.[`${column}_${end}`] ?? (own?.withheld ? word("withheld") : undefined));
  const shown = ends.every(Number.isFinite) ? ends.map(FORMATS[format]).join("; ") : ends[0];
  return { ends, text: shown && ends.some((end) => end !== 0) ? `[${shown}]` : undefined };
};
/** The cell of a mean with its interval, and `beside` between them. */
const meanCell = (row, column, format, beside) => {
  const { ends, text: interval } = intervalOf(row, column, format);
  const cell = figureCell(row, column, format, { trace: { interval } });
  const text = [withinParentheses(cell, beside), cell.missing ? undefined : interval].filter(Boolean).join(" ");
  return { ...cell, text, also: ends };
};
/** What heads the columns of such a cell's interval in a download. */
const endsHeaded = (name) => ["low_of", "high_of"].map((key) => word(key, { period: name }));

const FIGURES = {
  flow: () => {
    const drawn = [];
    const rows = rowsOf("participant_flow").map((row) => {
      const cell = figureCell(row, "n", "count");
      const tip = `${stepName(row)}: ${cell.text}`;
      drawn.push({ key: chartKey(drawn.length, stepName(row)), n: cell.value, end: cell.value ?? 0, note: cell.text, tip });
      return { level: row.step === "study_base" ? "total" : null, cells: [textCell(stepName(row)), cell] };
    });
    const columns = [{ label: word("flow_step") }, { label: word("flow_n"), numeric: true }];
    const received = rows[0]?.cells[1].text;
    const source = [word("source_line", { registers: word("step.received").toLowerCase() }), word("period_line.start")];
    if (received) source.push(word("n_list", { n: received }));
    const caption = word("flow_caption");
    return { caption, columns, rows, drawn, chart: "flow", source: [...source, word("no_effect")].join(" ") };
  },

  who: (choice) => {
    const shown = WHO.filter((row) => choice.who === "all" || row.characteristic === choice.who);
    const names = [...new Set(shown.map((row) => row.characteristic))];
    const crowded = names.filter((name) => names.length > 1 && shown.filter((row) => row.characteristic === name).length > MANY);
    const drawn = [];
    let heading = null;
    const rows = shown.map((row) => {
      const [n, share] = [figureCell(row, "n", "count"), figureCell(row, "share", "share")];
      const name = categoryName(row);
      if (!crowded.includes(row.characteristic)) {
        if (row.characteristic !== heading) {
          heading = row.characteristic;
          drawn.push({ key: chartKey(drawn.length, nameOf("characteristic", heading), true), end: 0, note: "" });
        }
        const note = n.missing ? n.text : `${n.text} (${share.text})`;
        drawn.push({ key: chartKey(drawn.length, name), share: share.value, end: share.value ?? 0, note, tip: `${name}: ${note}` });
      }
      const whole = { ...row, ...ENDS.get(JSON.stringify([row.characteristic, row.category])), table: row.table };
      const ends = ["share_low", "share_high"].map((end) => figureCell(whole, end, "share"));
      return { cells: [textCell(name), textCell(nameOf("characteristic", row.characteristic)), n, share, ...ends] };
    });
    const columns = [
      { label: word("category_heading") },
      { label: word("choose_who") },
      { label: word("column.n"), numeric: true },
      { label: word("share_column"), numeric: true },
      ...["share_low", "share_high"].map((end) => ({ label: word(`column.${end}`), numeric: true })),
    ];
    const base = rowsOf("participant_flow").filter((row) => row.step === "study_base");
    const source = sourceLine({ rows: base.map((row) => ({ n_citizens: row.n })), kind: "start" });
    const note = crowded.length ? word("many_categories", { n: MANY }) : "";
    return { caption: word("who_caption"), columns, rows, source, note, chart: "who", drawn };
  },

  share: (choice) => {
    const [by, group] = JSON.parse(choice.group);
    const lines = chosenLines(choice.area);
    const beside = by === STUDY ? choice.beside || null : null;
    const [drawn, unused, used] = [[], [], []];
    const rows = lines.map((line, place) => {
      const cells = PERIODS.map((period, order) => {
        const row = cost.get(keyOf({ group_by: by, group, period, ...ids(line) }));
        const other = beside && cost.get(keyOf({ group_by: beside, group: beside, period, ...ids(line) }));
        const cell = figureCell(row, "share_users", "share", { trace: { beside: other } });
        const also = other && figureCell(other, "share_users", "share");
        const shown = also && !cell.missing ? `${cell.text} (${also.text})` : cell.text;
        if (line.service) {
          drawn.push({
            ...{ line: line.service, key: chartKey(place, lineName(line)), order, period: periodName(period) },
            ...{ share: cell.value, population: also?.value ?? null, end: 0, note: cell.missing ? cell.text : "" },
            tip: `${lineName(line)}, ${periodName(period)}: ${shown}`,
          });
        }
        used.push(row);
        return { ...cell, text: shown, also: [also?.value ?? also?.text ?? ""] };
      });
      if (line.service && cells.every((cell) => cell.value === 0)) unused.push(line);
      return { level: line.level, cells: [textCell(lineName(line)), ...cells] };
    });
    const columns = PERIODS.map((period) => ({
      ...{ label: periodName(period), numeric: true },
      also: beside ? [word("population_heading", { period: periodName(period) })] : undefined,
    }));
    const about = beside ? ` ${word("share_population", { population: nameOf("group_by", beside) })}` : "";
    return {
      ...{ caption: `${word("share_caption")}: ${groupName(by, group)}.${about}`, rows, chart: "share" },
      columns: [{ label: word("line_heading") }, ...columns],
      drawn: drawn.filter((row) => !unused.some((line) => line.service === row.line)),
      note: unused.length ? word("no_use", { names: unused.map(lineName).join(", ") }) : "",
      source: sourceLine({ lines, rows: used.filter(Boolean) }),
    };
  },

  cost: (choice) => {
    const [by, group] = JSON.parse(choice.group);
    const lines = chosenLines(choice.area).filter((line) => line.priced);
    const blocks = lines.map((line) => ({
      ...{ name: lineName(line), level: line.level },
      rows: PERIODS.map((period) => cost.get(keyOf({ group_by: by, group, period, ...ids(line) }))),
    }));
    const caption = `${word("cost_caption")}, ${word(`axis.cost_${choice.basis}`)}: ${groupName(by, group)}.`;
    return { ...costFigure(blocks, choice, word("line_heading")), caption, source: costSource(lines, blocks) };
  },

  change: (choice) => {
    const column = `change_${choice.measure}`;
    const format = choice.measure === "cost" ? "change_kr" : column;
    const shown = choice.measure === "share" ? 100 : 1; // percentage points
    const every = chosenLines(choice.area).filter(
      (line) => (choice.measure !== "cost" || line.priced) && (choice.measure !== "quantity" || line.service),
    );
    const [drawn, used] = [[], []];
    const rows = every.map((line, place) => {
      const cells = AFTER.map((period, order) => {
        const row = changes.get(keyOf({ period, ...ids(line) }));
        const [low, high] = ["low", "high"].map((end) => row?.[`${column}_${end}`] ?? null);
        const known = low !== null && high !== null;
        const interval = known ? `[${FORMATS[format](low)}; ${FORMATS[format](high)}]` : null;
        const cell = figureCell(row, column, format, { trace: { interval } });
        const text = interval && !cell.missing ? `${cell.text} ${interval}` : cell.text;
        drawn.push({
          ...{ key: chartKey(place, lineName(line), line.level !== "service"), order, period: periodName(period), end: 0 },
          ...{ value: cell.value === null ? null : cell.value * shown, note: cell.missing ? cell.text : "" },
          ...{ zero: 0, low: known ? low * shown : null, high: known ? high * shown : null },
          tip: `${lineName(line)}, ${periodName(period)}: ${text}`,
        });
        used.push(row);
        return { ...cell, text, also: [low ?? "", high ?? ""] };
      });
      const unit = choice.measure === "quantity" ? [textCell(nameOf("unit", DATA.unit_of[line.service]))] : [];
      return { level: line.level, cells: [textCell(lineName(line)), ...unit, ...cells] };
    });
    const columns = AFTER.map((period) => ({
      ...{ label: periodName(period), numeric: true },
      also: ["low", "high"].map((end) => word(`${end}_of`, { period: periodName(period) })),
    }));
    const unit = choice.measure === "quantity" ? [{ label: word("column.unit") }] : [];
    const caption = `${word("change_caption")}. ${word(`axis.change_${choice.measure}`)}, ${word("interval")}.`;
    const source = sourceLine({ lines: every, rows: used.filter(Boolean), priced: choice.measure === "cost" });
    return { caption, columns: [{ label: word("line_heading") }, ...unit, ...columns], rows, drawn, source, chart: column };
  },

  work: (choice) => {
    const line = choice.area === "total" ? { area: null, service: null } : { area: choice.area, service: null };
    const by = "beskaeftigelse";
    const blocks = monthsOf.map((group) => ({
      ...{ name: word("months", { group }), level: "area", counted: true },
      rows: PERIODS.map((period) => work.get(keyOf({ group_by: by, group, period, ...line }))),
    }));
    const caption = `${word("work_caption")}, ${word(`axis.cost_${choice.basis}`)}: ${lineName(line)}.`;
    return { ...costFigure(blocks, choice, word("months_heading")), caption, source: costSource([line], blocks) };
  },
};

const ids = ({ area, service }) => ({ area, service });
const costSource = (lines, blocks) =>
  sourceLine({ lines, rows: blocks.flatMap((block) => block.rows).filter(Boolean), priced: true });

/** The cell of a cost: per citizen as released, or times the citizens measured, to the nearest 1,000 kr. */
const costCell = (row, column, basis) => {
  if (basis === "mean" || !row || row[column] === null) {
    return figureCell(row, column, "kr", { trace: { interval: intervalOf(row, column, "kr").text } });
  }
  if (DATA.compared.slice(1).includes(row.group_by)) return { text: word("not_applicable"), value: null, missing: "not_applicable" };
  const value = row.n_citizens === null ? null : Math.round((row[column] * row.n_citizens) / 1000) * 1000;
  return figureCell({ ...row, withheld: value === null }, column, "kr", { value, trace: { named: "total" } });
};

/** Blocks of a row for each payer; in the chart a heading, and below it a bar for each period. */
const costFigure = (blocks, choice, heading) => {
  const payers = choice.payer === "all" ? DATA.payers : [choice.payer];
  const parts = choice.payer === "all" ? [null, ...DATA.payers] : [choice.payer];
  const columnOf = (payer) => (payer ? `mean_cost_${payer}` : "mean_cost");
  const [rows, drawn] = [[], []];
  for (const block of blocks) {
    for (const payer of parts) {
      const cells = block.rows.map((row) => costCell(row, columnOf(payer), choice.basis));
      const level = payer && parts.length > 1 ? "part" : block.level;
      rows.push({ level, cells: [textCell(block.name), textCell(payer ? word(payer) : word("total")), ...cells] });
    }
    if (block.counted) {
      const cells = block.rows.map((row) => figureCell(row, "n_citizens", "count"));
      rows.push({ level: "part", cells: [textCell(block.name), textCell(word("n_row")), ...cells] });
    }
    drawn.push({ key: chartKey(drawn.length, block.name, true), end: 0, note: "" });
    block.rows.forEach((row, position) => {
      const name = periodName(PERIODS[position]);
      const whole = costCell(row, columnOf(parts[0]), choice.basis);
      const key = chartKey(drawn.length, name);
      drawn.push({ key, end: Math.max(whole.value ?? 0, 0), note: whole.text });
      for (const payer of payers) {
        const cell = costCell(row, columnOf(payer), choice.basis);
        const tip = `${block.name}, ${name}, ${word(payer)}: ${cell.text} kr.`;
        if (cell.value) drawn.push({ key, value: cell.value, payer: word(payer), order: payers.indexOf(payer), tip, end: 0, note: "" });
      }
    });
  }
  const periods = PERIODS.map((period) => ({ label: periodName(period), numeric: true }));
  const columns = [{ label: heading }, { label: word("choose_payer") }, ...periods];
  const note = choice.basis === "total" ? word("total_reading") : "";
  return { columns, rows, drawn, note, chart: `cost_${choice.basis}` };
};
