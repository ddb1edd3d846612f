// Sorts a table as the script of the pages does, without a browser: a heading that is clicked twice.
// usage: node sort_test.js SCRIPT; prints the cells from the most and from the least.
const { readFileSync } = require("node:fs");
const script = readFileSync(process.argv[2], "utf8");
const cell = (value, text) => ({ dataset: value === undefined ? {} : { value }, textContent: text });
const sorted = (cells) => {
  const body = { rows: cells.map((own) => ({ cells: [own] })), append(...rows) { this.rows = rows; } };
  const attributes = {};
  const heading = {
    childNodes: [],
    append() {},
    getAttribute: (name) => attributes[name] ?? null,
    setAttribute: (name, value) => { attributes[name] = value; },
  };
  let click;
  const button = { append() {}, closest: () => heading, addEventListener: (_, listener) => { click = listener; } };
  const table = { tHead: { rows: [{ cells: [heading] }], querySelectorAll: () => [] }, tBodies: [body] };
  const document = {
    querySelectorAll: (what) => (what.startsWith("table") ? [table] : []),
    createElement: () => button,
  };
  new Function("document", script)(document);
  const clicked = () => { click(); return body.rows.map((row) => row.cells[0].textContent).join(" "); };
  return [clicked(), clicked()];
};
const figures = [["", "suppressed"], ["2", "2"], ["-7.5", "-7.5"], ["", "held"], ["10", "10"]];
console.log(sorted(figures.map(([value, text]) => cell(value, text))).join("\n"));
console.log(sorted(["Wigan", "bolton", "PCN 10", "PCN 9"].map((text) => cell(undefined, text))).join("\n"));
