(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Sorting: numbers by the value behind the cell, words by language; gaps always last.
  const value = (cell) => {
    if (cell.dataset.v === undefined) return cell.textContent.trim() === "–" ? null : cell.textContent.trim();
    return cell.dataset.v === "" ? null : Number(cell.dataset.v);
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");
  const sort = (head) => {
    const column = [...head.parentNode.children].indexOf(head);
    const body = head.closest("table").tBodies[0];
    const first = head.classList.contains("n") ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    const rows = [...body.rows].map((row, i) => [value(row.cells[column]), i, row]);
    rows.sort(([a, i], [b, j]) => (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)) || i - j);
    all("th", head.parentNode).forEach((th) => th.setAttribute("aria-sort", th === head ? order : "none"));
    body.append(...rows.map((row) => row[2]));
  };
  all("table[data-sort] thead th").forEach((head) =>
    head.querySelector("button").addEventListener("click", () => sort(head)));

  // Filter: every word must occur somewhere in the row; accents do not matter.
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  all("input[data-filter]").forEach((input) => {
    const rows = all("tbody tr", document.getElementById(input.dataset.filter));
    const texts = rows.map((row) => plain(row.textContent));
    const said = document.querySelector(`[data-said="${input.dataset.filter}"]`);
    input.addEventListener("input", () => {
      const wanted = plain(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !wanted.every((word) => texts[i].includes(word));
        shown += !row.hidden;
      });
      said.textContent = `${shown} of ${rows.length} rows`;
    });
  });

  // Copy what is shown, numbers in full; text that a spreadsheet would run is made harmless.
  const quoted = (text) => `"${text.replace(/"/g, '""')}"`;
  const safe = (text) => (/^[=+\-@\t\r]/.test(text) ? "'" + text : text);
  const field = (cell) => cell.dataset.v !== undefined ? cell.dataset.v : quoted(safe(cell.textContent.trim()));
  const heading = (th) => {
    const unit = th.querySelector(".unit");
    const title = (th.querySelector("button") || th).textContent.trim();
    return quoted(unit ? `${title} (${unit.textContent})` : title);
  };
  const copied = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  all("button[data-copy]").forEach((button) => button.addEventListener("click", async () => {
    const table = document.getElementById(button.dataset.copy);
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    const head = [...table.tHead.rows[0].cells].map(heading).join(",");
    const text = [head, ...rows.map((row) => [...row.cells].map(field).join(","))].join("\r\n");
    let done = false;
    try { await navigator.clipboard.writeText(text); done = true; } catch { done = copied(text); }
    document.querySelector(`[data-said="${button.dataset.copy}"]`).textContent =
      done ? `${rows.length} rows copied` : "The browser did not allow copying";
    button.focus();
  }));

  // Tooltips: by pointer on every mark; by keyboard one stop per drawing, then the arrow keys.
  const tip = document.getElementById("tip");
  let on = null;
  const hide = () => { tip.hidden = true; if (on) on.classList.remove("on"); on = null; keyed = null; };
  let keyed = null;
  const show = (mark, x, y) => {
    if (on !== mark) { if (on) on.classList.remove("on"); on = mark; mark.classList.add("on"); tip.textContent = mark.getAttribute("aria-label"); }
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, x + 14), innerWidth - box.width - 8);
    const top = y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18;
    tip.style.left = `${left}px`;
    tip.style.top = `${Math.max(4, top)}px`;
  };
  all("svg[data-marks]").forEach((drawing) => {
    const marks = all(".m", drawing);
    let at = -1;
    const move = (step) => {
      at = (at + step + marks.length) % marks.length;
      keyed = () => {
        const box = marks[at].getBoundingClientRect();
        show(marks[at], box.left + box.width / 2, box.top + box.height / 2);
      };
      keyed();
    };
    drawing.addEventListener("pointermove", (event) => {
      const mark = event.target.closest(".m");
      if (mark) { keyed = null; show(mark, event.clientX, event.clientY); } else if (!keyed) hide();
    });
    drawing.addEventListener("pointerleave", () => { if (!keyed) hide(); });
    drawing.addEventListener("blur", hide);
    drawing.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step && marks.length) { event.preventDefault(); move(at < 0 && step < 0 ? 0 : step); }
      if (event.key === "Escape") { hide(); at = -1; }
    });
  });
  addEventListener("scroll", () => (keyed ? keyed() : hide()), { passive: true });

  // A phone shows the part of the world where most corridors lie.
  const narrow = matchMedia("(max-width: 640px)");
  const maps = all("svg[data-narrow]").map((map) => [map, map.getAttribute("viewBox"), map.dataset.narrow]);
  const fit = () => maps.forEach(([map, world, part]) => map.setAttribute("viewBox", narrow.matches ? part : world));
  narrow.addEventListener("change", fit);
  fit();

  // Where the reader is.
  const links = new Map(all("nav a").map((link) => [link.getAttribute("href").slice(1), link]));
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    links.forEach((link) => link.removeAttribute("aria-current"));
    links.get(entry.target.id).setAttribute("aria-current", "true");
  }), { rootMargin: "-10% 0px -80% 0px" });
  links.forEach((_, id) => seen.observe(document.getElementById(id)));
})();
