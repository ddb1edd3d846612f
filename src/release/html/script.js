"use strict";
(() => {
  const make = (name, attributes, text) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text) made.textContent = text;
    return made;
  };
  const key = row => [...row.querySelectorAll("th")].map(th => th.textContent.trim()).join(", ");
  const marks = table => {
    const section = table.closest("section");
    return section ? [...section.querySelectorAll("[data-k]")] : [];
  };
  // A number, or nothing for a sign such as * or [z].
  const number = text => {
    const plain = text.replace(/\[r\]|[,%\s]/g, "");
    return plain !== "" && isFinite(plain) ? Number(plain) : null;
  };

  const sortable = (table, said) => {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows];
    const fixed = [...heads[0].cells].filter(th => th.rowSpan === heads.length);
    const columns = heads.length > 1 ? [...fixed, ...heads[1].cells] : [...heads[0].cells];
    const first = [...body.rows];
    columns.forEach((th, at) => {
      const name = th.textContent.trim();
      const button = make("button", { type: "button", class: "sort" }, name);
      th.textContent = "";
      th.append(button);
      button.addEventListener("click", () => {
        const was = th.getAttribute("aria-sort");
        const now = was === "descending" ? "ascending" : was === "ascending" ? null : "descending";
        columns.forEach(other => other.removeAttribute("aria-sort"));
        if (now) th.setAttribute("aria-sort", now);
        const sign = now === "ascending" ? 1 : -1;
        const text = row => row.cells[at].textContent.trim();
        const rows = first.filter(row => !row.classList.contains("total"));
        if (now) rows.sort((a, b) => {
          const [x, y] = [number(text(a)), number(text(b))];
          if (x !== null && y !== null) return sign * (x - y);
          if (x !== null || y !== null) return x === null ? 1 : -1;
          return sign * text(a).localeCompare(text(b), "en-GB", { numeric: true });
        });
        body.append(...rows, ...first.filter(row => row.classList.contains("total")));
        said.textContent = now ? `Sorted by ${name}, ${now}` : "In the order of the report";
      });
    });
  };

  const filterable = (table, said) => {
    const label = make("label", { class: "filter" }, "Show rows with ");
    const input = make("input", { type: "search", autocomplete: "off" });
    label.append(input);
    const rows = [...table.tBodies[0].rows];
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      const shown = new Set();
      for (const row of rows) {
        row.hidden = !key(row).toLowerCase().includes(wanted);
        if (!row.hidden) shown.add(key(row));
      }
      for (const mark of marks(table)) {
        mark.classList.toggle("dim", wanted !== "" && !shown.has(mark.dataset.k));
      }
      said.textContent = wanted ? `${shown.size} of ${rows.length} rows` : "";
    });
    return label;
  };

  for (const table of document.querySelectorAll("table")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 3) continue;
    const said = make("span", { class: "small", role: "status" });
    const tools = make("p", { class: "tools" });
    sortable(table, said);
    if (rows.length > 8) tools.append(filterable(table, said), " ");
    tools.append(said);
    table.closest(".scroll").before(tools);
    const mark = (row, on) => {
      for (const one of marks(table)) {
        if (one.dataset.k === key(row)) one.classList.toggle("hot", on);
      }
    };
    for (const row of rows) {
      row.addEventListener("pointerenter", () => mark(row, true));
      row.addEventListener("pointerleave", () => mark(row, false));
    }
  }

  // What a mark says, beside the pointer; the table says the same.
  const tip = make("div", { class: "tip", "aria-hidden": "true" });
  document.body.append(tip);
  const hide = () => { tip.textContent = ""; };
  const show = event => {
    const mark = event.target.closest ? event.target.closest("[data-t]") : null;
    if (!mark) return hide();
    tip.textContent = mark.dataset.t;
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(8, Math.min(event.clientX + 12, room))}px`;
    tip.style.top = `${event.clientY + 16}px`;
  };
  document.addEventListener("pointermove", show);
  document.addEventListener("pointerdown", show);
  document.addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
})();
