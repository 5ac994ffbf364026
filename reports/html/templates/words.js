// The page's data, its words in the chosen language, numbers as that language writes them, and elements.
const DATA = JSON.parse(document.getElementById("data").textContent);
const state = { language: "da" };
const LOCALES = {
  da: { intl: "da-DK", vega: { decimal: ",", thousands: ".", grouping: [3], currency: ["", " kr."], percent: " %" } },
  en: { intl: "en-GB", vega: { decimal: ".", thousands: ",", grouping: [3], currency: ["DKK ", ""], percent: "%" } },
};

const pick = (pair) => pair[state.language === "da" ? 0 : 1];
const fill = (text, fields) => text.replace(/\{(\w+)\}/g, (all, name) => (name in fields ? fields[name] : all));
const word = (key, fields = {}) => fill(pick(DATA.words[key]), fields);
/** The word for an id of a kind, or the id itself where nobody named it. */
const nameOf = (kind, id) => {
  const key = `${kind}.${id}`;
  return DATA.names[key] ? pick(DATA.names[key]) : DATA.words[key] ? word(key) : String(id);
};
const periodName = (period) => pick(DATA.periods.find((one) => one.period === period).name);

const number = (value, options) => new Intl.NumberFormat(LOCALES[state.language].intl, options).format(value);
const decimals = (count, more = {}) => ({ minimumFractionDigits: count, maximumFractionDigits: count, ...more });
const signed = { signDisplay: "exceptZero" };
const FORMATS = {
  count: (value) => number(value),
  kr: (value) => number(value, decimals(0)),
  price: (value) => number(value, decimals(2)),
  share: (value) => number(value, { style: "percent", ...decimals(value > 0 && value < 0.0995 ? 1 : 0) }),
  quantity: (value) => number(value, decimals(value > 0 && value < 1 ? 2 : 1)),
  change_kr: (value) => number(value, decimals(0, signed)),
  change_share: (value) => number(value * 100, decimals(1, signed)),
  change_quantity: (value) => number(value, decimals(Math.abs(value) < 1 ? 2 : 1, signed)),
  year: (value) => String(value),
};
const dateOf = (text) => (text ? text.split("-").reverse().join(".") : "");

/** The rows of a table of the release, as objects that know their `table`; none where the release has no such table. */
const rowsOf = (table) => {
  const columns = Object.entries(DATA.tables[table] ?? {});
  const count = columns[0]?.[1].length ?? 0;
  const row = (place) => Object.fromEntries(columns.map(([key, values]) => [key, values[place]]));
  return Array.from({ length: count }, (_, place) => ({ table, ...row(place) }));
};

/** An element; texts become text, never markup. */
const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

const at = (id) => document.getElementById(id);

/** Give the reader `content` as a file. */
const save = (content, name) => {
  const link = element("a", { href: URL.createObjectURL(content), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const fileName = (name, kind) => `${DATA.study.id}_${DATA.release}_${name}.${kind}`;
