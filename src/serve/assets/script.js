// Sorts tables by a column and filters their rows. Every page works without it.
(() => {
  "use strict";
  // The number that a cell is sorted by; null for none, undefined where the cell is words.
  const number = (cell) => {
    const given = cell.dataset.value;
    if (given === undefined) return undefined;
    return given === "" ? null : Number(given);
  };
  const sort = (table, at, button) => {
    const heading = button.closest("th");
    const down = heading.getAttribute("aria-sort") !== "descending";
    for (const other of table.tHead.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const compare = (a, b) => {
      const [one, other] = [a.cells[at], b.cells[at]];
      const [n, m] = [number(one), number(other)];
      // A figure that is not shown is neither the least nor the most: it is last, up and down.
      if (n === null || m === null) return n === m ? 0 : n === null ? 1 : -1;
      const up = n !== undefined && m !== undefined
        ? n - m
        : one.textContent.trim().localeCompare(other.textContent.trim(), "en-GB", { numeric: true });
      return down ? -up : up;
    };
    rows.sort(compare);
    body.append(...rows);
  };
  for (const table of document.querySelectorAll("table[data-sort]")) {
    [...table.tHead.rows[0].cells].forEach((heading, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, at, button));
    });
  }
  for (const field of document.querySelectorAll("input[data-filters]")) {
    const list = document.getElementById(field.dataset.filters);
    const told = document.getElementById(field.dataset.filters + "-count");
    field.closest("[hidden]")?.removeAttribute("hidden");
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      let shown = 0;
      for (const row of list.querySelectorAll("[data-row]")) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      if (told) told.textContent = `${shown} shown`;
    });
  }
})();
