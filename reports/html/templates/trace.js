// The panel that takes a figure back to its rule, prices, payers, codes, registers and number of citizens.

let opener = null; // where the focus goes back to

const list = (key, items) =>
  items.length ? [element("h3", {}, word(key)), element("ul", {}, ...items.map((item) => element("li", {}, item)))] : [];

const behind = (row, column) => {
  const grouped = row.period !== undefined; // of the others, nothing is told by group
  const own = !grouped ? "" : DATA.compared.includes(row.group_by) ? row.group_by : "alle";
  const key = [row.table, own, row.area ?? "", (row.table === "before_start" ? row.category : row.service) ?? "", column].join("/");
  const [rules, prices, payers, codes, registers] = DATA.trace.of[key];
  const of = (name, positions) => positions.map((position) => DATA.trace[name][position]);
  return {
    rules: of("rules", rules),
    prices: of("prices", prices),
    payers: of("payers", payers),
    codes: of("codes", codes),
    registers: of("registers", registers),
  };
};

const span = (from, to) => (from || to ? ` (${dateOf(from) || word("open")} – ${dateOf(to) || word("open")})` : "");
const withSource = (text, source) => (source ? `${text}. ${word("source")}: ${source}` : text);
const percent = (share) => number(share, { style: "percent", maximumFractionDigits: 1 });

const priceText = (row) => {
  const unit = DATA.unit_of[row.service];
  const price = `${FORMATS.price(row.price)} kr.${unit ? ` / ${nameOf("unit", unit)}` : ""}`;
  return withSource(`${nameOf("service", row.service)}, ${row.year}: ${price}, ${nameOf("status", row.status)}`, row.source);
};
const payerText = (row) => {
  const shares = DATA.payers.map((payer) => `${word(payer)} ${percent(row[payer])}`).join(", ");
  return withSource(`${nameOf("service", row.service)}${span(row.valid_from, row.valid_to)}: ${shares}`, row.source);
};
const codeText = (row) => {
  const label = pick([row.label_da, row.label_en]);
  const text = `${nameOf("service", row.service)}: ${row.list} ${row.code}${label ? ` ${label}` : ""}`;
  return withSource(`${text}${span(row.valid_from, row.valid_to)}, ${nameOf("status", row.status)}`, row.source);
};
const registerText = (row) => {
  const start = row.data_start ? `${word("data_start")} ${dateOf(row.data_start)}, ` : "";
  return `${row.register.toUpperCase()}: ${start}${word("data_end").toLowerCase()} ${dateOf(row.data_end)}`;
};

/** Whose figure it is: group, period and line, in words. */
const whose = (row) => {
  const parts = [];
  if (row.step) parts.push(stepName(row));
  if (row.table === "before_start") parts.push(nameOf("category", row.category), nameOf("looked_back", row.category));
  if (row.characteristic) parts.push(nameOf("characteristic", row.characteristic), categoryName(row));
  if (row.group_by) parts.push(groupName(row.group_by, row.group));
  if (row.period !== undefined) parts.push(periodName(row.period), lineName(row));
  return parts.join(" · ");
};

const factsOf = ({ trace, text, missing }) => {
  const { row, column, beside } = trace;
  const shown = column.includes("cost") && !missing ? `${text} kr.` : text;
  const facts = [[word(`column.${trace.named ?? column}`), shown]];
  const add = (key, value) => value !== undefined && facts.push([word(key), value === null ? word("withheld") : value]);
  if (trace.interval) facts.push([word("interval"), trace.interval]);
  const counts = { n_baseline: "column.n_baseline", n_citizens: "column.n_citizens", n_users: "column.n_users" };
  for (const [name, key] of Object.entries(counts)) {
    if (name !== column) add(key, row[name] === null || row[name] === undefined ? row[name] : FORMATS.count(row[name]));
  }
  if (beside) {
    facts.push([word("column.population"), figureCell(beside, "share_users", "share").text]);
    facts.push([word("column.population_n"), figureCell(beside, "n_citizens", "count").text]);
  }
  if (column.includes("cost")) {
    facts.push([word("column.price_year"), String(row.price_year)]);
    facts.push([word("column.illustrative"), word(row.illustrative ? "yes" : "no")]);
  }
  facts.push([word("release_id"), DATA.release]);
  return facts;
};

const openTrace = (cell) => {
  opener = document.activeElement;
  const { row, column } = cell.trace;
  const { rules, prices, payers, codes, registers } = behind(row, column);
  const facts = factsOf(cell).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  const rule = ({ section, heading_da, heading_en, text_da, text_en }) =>
    element(
      "span",
      {},
      element("strong", {}, word("trace_section", { section, heading: pick([heading_da, heading_en]) })),
      ` – ${pick([text_da, text_en])}`,
    );
  at("trace-body").replaceChildren(
    element("p", { class: "whose" }, whose(row)),
    element("dl", {}, ...facts),
    ...(cell.missing === "withheld" ? [element("p", { class: "legend" }, word("withheld_why"))] : []),
    element("p", { class: "legend" }, word("no_effect")),
    ...list("trace_rules", rules.map(rule)),
    ...list("trace_prices", prices.map(priceText)),
    ...list("trace_payers", payers.map(payerText)),
    ...list("trace_codes", codes.map(codeText)),
    ...list("trace_registers", registers.map(registerText)),
  );
  at("trace").showModal();
  at("trace").scrollTop = 0;
};

at("trace-close").addEventListener("click", () => at("trace").close());
at("trace").addEventListener("click", (event) => event.target === at("trace") && at("trace").close());
at("trace").addEventListener("close", () => opener?.focus());
