// Sorts tables by a column and filters their rows. Every page works without it.
(() => {
  "use strict";
  const number = (cell) => {
    const given = cell.dataset.value;
    if (given === undefined) return null;
    return given === "" ? -Infinity : Number(given);
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
      if (n !== null && m !== null) return n === m ? 0 : n < m ? -1 : 1;
      return one.textContent.trim().localeCompare(other.textContent.trim(), "en-GB", { numeric: true });
    };
    rows.sort((a, b) => (down ? -compare(a, b) : compare(a, b)));
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
