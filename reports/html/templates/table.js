// Tables: real ones, which can be sorted, downloaded and asked where a figure comes from.
//
// A column is {label, numeric, also}: `also` names the values that a cell holds beside its own, which stand in columns of
// their own in a download. A cell is {text, value, also, trace, missing}: what is read, what is sorted and downloaded,
// and what the panel needs. A row is {cells, level}.

const sorting = {}; // by table, the column and direction that the reader chose

const textCell = (text, value = text) => ({ text: String(text ?? ""), value });

/** The cell for a column of a released row: its figure, or the word for why there is none. */
const figureCell = (row, column, format, more = {}) => {
  if (!row) return textCell("");
  const value = more.value === undefined ? row[column] : more.value;
  const trace = { row, column, ...more.trace };
  if (value !== null && value !== undefined) return { text: FORMATS[format](value), value, trace: { ...trace, format } };
  const reason = row.withheld ? "withheld" : row.n_citizens === 0 ? "not_measured" : "not_applicable";
  return { text: word(reason), value: null, missing: reason, trace: reason === "withheld" ? trace : null };
};

const sorted = (rows, chosen) => {
  if (!chosen) return rows;
  const collate = new Intl.Collator(LOCALES[state.language].intl, { numeric: true }).compare;
  const sign = chosen.direction === "ascending" ? 1 : -1;
  const value = (row) => row.cells[chosen.column].value;
  const empty = (one) => one === null || one === undefined || one === "";
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (empty(left) || empty(right)) return empty(left) - empty(right);
    return sign * (typeof left === "number" && typeof right === "number" ? left - right : collate(left, right));
  });
};

/** One press sorts from low to high, the next from high to low, the third as the report has it. */
const sortBy = (table, column) => {
  const { name } = table;
  const chosen = sorting[name];
  const next = !chosen || chosen.column !== column ? "ascending" : chosen.direction === "ascending" ? "descending" : null;
  sorting[name] = next ? { column, direction: next } : null;
  drawTable(table);
  document.querySelector(`#table-${name} thead th:nth-child(${column + 1}) button`).focus();
};

const bodyCell = (cell, column, first) => {
  const classes = [column.numeric ? "number" : null, cell.missing ? "missing" : null].filter(Boolean).join(" ") || null;
  const shown = cell.trace
    ? element("button", { type: "button", class: "figure-button", tabindex: "-1", onclick: () => openTrace(cell) }, cell.text)
    : cell.text;
  return first ? element("th", { scope: "row", class: classes }, shown) : element("td", { class: classes }, shown);
};

/** Draw `table` ({name, caption, columns, rows, notes}) into its place. */
const drawTable = (table) => {
  const { name, caption, columns, rows } = table;
  const chosen = sorting[name];
  const shown = sorted(rows, chosen);
  const heads = columns.map((column, position) => {
    const direction = chosen && chosen.column === position ? chosen.direction : null;
    const arrow = { ascending: "▲", descending: "▼" }[direction] ?? "↕";
    const button = element(
      "button",
      { type: "button", class: "sort", title: word("sort_hint"), onclick: () => sortBy(table, position) },
      column.label,
      element("span", { "aria-hidden": "true", class: direction ? "arrow on" : "arrow" }, arrow),
    );
    return element("th", { scope: "col", "aria-sort": direction, class: column.numeric ? "number" : null }, button);
  });
  const body = shown.map((row) =>
    element("tr", { class: row.level }, ...row.cells.map((cell, position) => bodyCell(cell, columns[position], position === 0))),
  );
  const drawn = element(
    "table",
    {},
    element("caption", {}, element("span", {}, caption)),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...body),
  );
  const download = element(
    "button",
    { type: "button", class: "download", "data-download": "csv", onclick: () => downloadTable(table) },
    word("download_csv"),
  );
  const tools = element("div", { class: "tools" }, download);
  const box = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, drawn);
  at(`table-${name}`).replaceChildren(box, tools);
  walkable(box);
};

/** One figure of a table is a stop of the Tab key; the arrow keys go from it to the others. */
const walkable = (box) => {
  const buttons = () => [...box.querySelectorAll(".figure-button")];
  if (buttons().length) buttons()[0].tabIndex = 0;
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  box.addEventListener("keydown", (event) => {
    const from = event.target.closest(".figure-button");
    if (!from || !moves[event.key]) return;
    event.preventDefault();
    let [row, column] = [from.closest("tr").rowIndex, from.parentElement.cellIndex];
    const table = from.closest("table");
    const [down, across] = moves[event.key];
    for (;;) {
      [row, column] = [row + down, column + across];
      const cell = table.rows[row]?.cells[column];
      if (!cell || row === 0) return;
      const to = cell.querySelector(".figure-button");
      if (to) {
        buttons().forEach((button) => (button.tabIndex = -1));
        to.tabIndex = 0;
        to.focus();
        return;
      }
    }
  });
};

// A spreadsheet reads a cell that opens like this as a formula; an apostrophe in front makes it a text (reports/csv.py).
const FORMULA_OPENING = /(^|[;\t\r\n])(\s*)([=+\-@＝＋－＠])/g;

const csvField = (value, separator) => {
  if (typeof value === "number") return state.language === "da" ? String(value).replace(".", ",") : String(value);
  const text = String(value ?? "").replace(FORMULA_OPENING, "$1$2'$3");
  return /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** What is shown, as a spreadsheet of the reader's language opens it; below it, what the figures are. */
const csvOf = ({ name, caption, columns, rows, notes = [] }) => {
  const separator = state.language === "da" ? ";" : ",";
  const line = (values) => values.map((value) => csvField(value, separator)).join(separator);
  const wide = columns.flatMap((column) => [column.label, ...(column.also ?? [])]);
  const lines = sorted(rows, sorting[name]).map((row) =>
    row.cells.flatMap((cell, position) => {
      const also = (columns[position].also ?? []).map((_, extra) => cell.also?.[extra] ?? (cell.missing ? cell.text : ""));
      return [cell.value ?? cell.text, ...also];
    }),
  );
  const release = `${word("study_id")}: ${DATA.study.id}. ${word("release_id")}: ${DATA.release}.`;
  const below = [[], [caption], ...notes.map((note) => [note]), [release]];
  return [wide, ...lines, ...below].map(line).join("\r\n") + "\r\n";
};

const downloadTable = (table) =>
  save(new Blob(["\ufeff", csvOf(table)], { type: "text/csv;charset=utf-8" }), fileName(table.name, "csv"));
