// The page: choices, charts, the tables of the method, and the language.

const CHOICES = {
  who: ["who"],
  share: ["group", "area", "beside"],
  cost: ["group", "area", "payer", "basis"],
  change: ["area", "measure"],
  work: ["area", "payer", "basis"],
  report: ["figure"],
};
const DEFAULTS = { share: { area: "all" }, cost: { area: "areas" }, change: { area: "areas" } };
const drawn = {}; // by figure, the chart on the page: {key, view}

const areas = () => [...new Set(DATA.lines.map((line) => line.area).filter(Boolean))];
const areaOptions = () => areas().map((area) => [area, nameOf("area", area)]);
const groupOptions = () => {
  const groups = [...new Map(COST.map((row) => [JSON.stringify([row.group_by, row.group]), row])).values()];
  const option = ({ group_by, group }) => [JSON.stringify([group_by, group]), groupName(group_by, group)];
  const of = (by) => groups.filter((row) => row.group_by === by).map(option);
  const compared = [POPULATION, STANDARDISED].flatMap(of);
  return [
    ...of(STUDY),
    { label: nameOf("group_by", "kommune"), options: of("kommune") },
    { label: nameOf("group_by", "gruppe"), options: of("gruppe") },
    { label: word("group_compared"), options: compared },
  ].filter((one) => Array.isArray(one) || one.options.length);
};

const OPTIONS = {
  group: groupOptions,
  area: (section) =>
    section === "work"
      ? [["total", word("total")], ...areaOptions()]
      : [["areas", word("areas_only")], ["all", word("every_line")], ...areaOptions()],
  payer: () => [["all", word("every_payer")], ...DATA.payers.map((payer) => [payer, word(payer)])],
  beside: () => COMPARISONS.map((name) => [name, nameOf("group_by", name)]),
  basis: () => ["mean", "total"].map((basis) => [basis, word(`basis.${basis}`)]),
  measure: () => ["cost", "share", "quantity"].map((measure) => [measure, word(`measure.${measure}`)]),
  figure: () => NUMBERED.map((name, place) => [name, word("figure_of", { n: place + 1, title: word(`table.${name}`) })]),
  who: () => [
    ["all", word("every_characteristic")],
    ...[...new Set(WHO.map((row) => row.characteristic))].map((name) => [name, nameOf("characteristic", name)]),
  ],
};

/** Fill a figure's choices in the chosen language, and keep what was chosen. */
const drawChoices = (section) => {
  for (const name of CHOICES[section]) {
    const select = at(`${section}-${name}`);
    const chosen = select.value || DEFAULTS[section]?.[name];
    const option = ([value, label]) => element("option", { value, selected: value === chosen }, label);
    const made = OPTIONS[name](section).map((one) =>
      Array.isArray(one) ? option(one) : element("optgroup", { label: one.label }, ...one.options.map(option)),
    );
    select.replaceChildren(...made);
    select.parentElement.hidden = !made.length;
  }
};

const chosen = (section) =>
  Object.fromEntries((CHOICES[section] ?? []).map((name) => [name, at(`${section}-${name}`).value]));

/** Draw a chart: a new one for another chart or language, else the same one with other rows. */
const drawChart = async (section, { chart, drawn: rows, caption }) => {
  const host = at(`chart-${section}`);
  host.setAttribute("aria-label", word("chart_label", { caption }));
  host.hidden = !rows.length;
  const key = `${chart}.${state.language}`;
  if (drawn[section]?.key === key) {
    const { view } = await drawn[section].made;
    await view.data("rows", rows).resize().runAsync();
    return;
  }
  const before = drawn[section]?.made;
  const made = vegaEmbed(host, { ...DATA.charts[state.language][chart], datasets: { rows } }, {
    actions: false,
    ast: true, // expressions are interpreted: the page may not turn text into script
    renderer: "svg",
    formatLocale: LOCALES[state.language].vega,
  });
  drawn[section] = { key, made };
  (await before)?.finalize();
  await made;
};

const downloadChart = async (section) => {
  const { view } = await drawn[section].made;
  const canvas = await view.toCanvas(3, { type: "png" });
  canvas.toBlob((image) => save(image, fileName(section, "png")), "image/png");
};

/** Draw a figure anew: its table, its chart and the line under it. */
const draw = async (section) => {
  if (!at(`table-${section}`)) return;
  const figure = FIGURES[section](chosen(section));
  drawTable({ name: section, ...figure, notes: [figure.note, figure.source].filter(Boolean) });
  at(`source-${section}`).textContent = figure.source;
  if (!figure.chart) return;
  at(`note-${section}`).textContent = figure.note ?? "";
  const image = element("button", { type: "button", class: "download", "data-download": "png", onclick: () => downloadChart(section) }, word("download_png"));
  at(`table-${section}`).querySelector(".tools").append(image);
  await drawChart(section, figure);
};

/** The tables that no choice changes. */
const drawFixed = () => {
  const simple = (name, caption, columns, rows) => at(`table-${name}`) && drawTable({ name, caption: word(caption), columns, rows });
  const head = (...keys) => keys.map((key) => ({ label: word(key) }));
  const day = (value) => textCell(dateOf(value), value);
  const gaps = new Map();
  for (const row of rowsOf("not_measured")) {
    const register = DATA.registers_of[row.service] ?? "";
    const key = JSON.stringify([register, row.period, row.measured]);
    gaps.set(key, [...(gaps.get(key) ?? []), nameOf("service", row.service)]);
  }
  const ends = new Map(rowsOf("registers").map((row) => [row.register, row.data_end]));
  simple("gaps", "gaps_caption", head("register", "column.period_name", "measured_heading", "data_end", "services"),
    [...gaps].map(([key, names]) => {
      const [register, period, measured] = JSON.parse(key);
      const words = [textCell(register.toUpperCase()), textCell(periodName(period), period), textCell(word(`measured.${measured}`))];
      return { cells: [...words, day(ends.get(register)), textCell(names.join(", "))] };
    }));
  simple("registers", "registers_caption", head("register", "data_start", "data_end"), rowsOf("registers").map((row) => ({
    cells: [textCell(row.register.toUpperCase()), row.data_start ? day(row.data_start) : textCell(word("unknown_start")), day(row.data_end)],
  })));
  simple("periods", "periods_caption", head("column.period_name", "meaning"), DATA.periods.map((one) => ({
    cells: [textCell(pick(one.name), one.period), textCell(pick(one.meaning))],
  })));
  const amount = (value, format) => ({ text: FORMATS[format](value), value });
  const numeric = (key) => ({ label: word(key), numeric: true });
  simple("prices", "prices_caption",
    [...head("column.service"), numeric("year"), numeric("price"), ...head("column.unit", "status", "source")],
    rowsOf("sources").map((row) => ({
      level: row.status === "illustrative" ? "guessed" : null,
      cells: [
        textCell(nameOf("service", row.service)), amount(row.year, "year"), amount(row.price, "price"),
        textCell(DATA.unit_of[row.service] ? nameOf("unit", DATA.unit_of[row.service]) : ""),
        textCell(nameOf("status", row.status)), textCell(row.source),
      ],
    })));
  simple("payers", "payers_caption",
    [...head("column.service", "valid_from", "valid_to"), ...DATA.payers.map(numeric), ...head("source")],
    rowsOf("payer_rules").map((row) => ({
      cells: [
        textCell(nameOf("service", row.service)), day(row.valid_from), day(row.valid_to),
        ...DATA.payers.map((payer) => ({ text: percent(row[payer]), value: row[payer] })), textCell(row.source),
      ],
    })));
};

/** The figures at the top: everybody's cost by period, and how many they are. */
const drawTiles = () => {
  const line = { area: null, service: null };
  const rows = PERIODS.map((period) => cost.get(keyOf({ group_by: STUDY, group: STUDY, period, ...line })));
  const tile = (row) => {
    const cell = costCell(row, "mean_cost", "mean");
    const n = figureCell(row, "n_citizens", "count");
    const { text } = intervalOf(row, "mean_cost", "kr");
    const interval = text && !cell.missing ? `${word("interval")} ${text}` : "";
    const shown = cell.missing ? cell.text : `${cell.text} kr.`;
    const figure = cell.trace
      ? element("button", { type: "button", class: "figure-button", onclick: () => openTrace(cell) }, shown)
      : element("span", {}, shown);
    return element("li", {}, element("span", { class: "name" }, periodName(row.period)), figure, element("span", { class: "n" }, [`n = ${n.text}`, interval].filter(Boolean).join(" · ")));
  };
  at("tiles").replaceChildren(...rows.filter(Boolean).map(tile));
};

const speak = async (language) => {
  state.language = language;
  document.documentElement.lang = language;
  const title = pick(DATA.study.title);
  document.title = `${title} – forlob`;
  at("title").textContent = title;
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = word(one.dataset.t);
  for (const one of document.querySelectorAll("dd[data-da]")) one.textContent = one.dataset[language];
  for (const one of document.querySelectorAll("[data-language]")) one.setAttribute("aria-pressed", one.dataset.language === language);
  at("contents").setAttribute("aria-label", word("contents_nav"));
  at("key").setAttribute("aria-label", word("kicker"));
  Object.keys(CHOICES).forEach(drawChoices);
  drawTiles();
  drawFixed();
  await Promise.all(Object.keys(FIGURES).map(draw));
};

for (const section of Object.keys(CHOICES)) {
  at(`choices-${section}`).addEventListener("change", async () => {
    await draw(section);
    at("spoken").textContent = at(`table-${section}`).querySelector("caption").textContent;
  });
  at(`choices-${section}`).addEventListener("submit", (event) => event.preventDefault());
}
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}
speak("da").then(() => document.body.setAttribute("data-ready", ""));
