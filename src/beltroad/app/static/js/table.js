// Tables: sort by a heading, filter, pages, and the shown rows as CSV. Without it all rows show.
import { say, words } from "./api.js";

const collator = new Intl.Collator(words.lang === "zh" ? "zh-Hans" : "en", { numeric: true, sensitivity: "base" });
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
// What a screen reader hears in place of a dash is no text of the cell.
const textOf = (cell) => {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll(".said, .imputed, details, .pop").forEach((e) => e.remove());
  const text = copy.textContent.trim();
  return text === "–" ? "" : text;
};
const valueOf = (cell) => {
  if (cell.dataset.v !== undefined) return cell.dataset.v === "" ? null : Number(cell.dataset.v);
  return textOf(cell) || null;
};
const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
const quoted = (text) => `"${text.replace(/"/g, '""')}"`;
// A spreadsheet would run a text that begins like a formula.
const harmless = (text) => (/^\s*[=+\-@\t\r|%]/.test(text) ? `'${text}` : text);

class DataTable {
  constructor(block) {
    this.block = block;
    this.table = block.querySelector("table");
    this.body = this.table.tBodies[0];
    this.rows = [...this.body.rows].filter((row) => !row.querySelector("td.none"));
    this.total = this.rows.length;
    this.size = Number(block.dataset.page) || 50;
    this.page = 0;
    this.wanted = [];
    this.texts = null;
    this.heads();
    if (this.total > 8) this.tools();
    this.show();
  }

  heads() {
    [...this.table.tHead.rows[0].cells].forEach((head, column) => {
      if (head.dataset.kind === "none" || this.total < 2) return;
      const word = head.querySelector(".h");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...word.childNodes);
      button.title = say(words.sort, { column: button.textContent });
      // Headings that repeat on each printed page leave out buttons: print this instead.
      const ink = document.createElement("span");
      ink.className = "ink";
      ink.textContent = button.textContent;
      word.append(button, ink);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => this.sort(head, column));
    });
  }

  sort(head, column) {
    const first = head.dataset.kind === "number" ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    const keyed = this.rows.map((row, i) => [valueOf(row.cells[column]), i, row]);
    // Gaps are last in both orders.
    keyed.sort(([a, i], [b, j]) => (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)) || i - j);
    for (const th of this.table.tHead.rows[0].cells) if (th.hasAttribute("aria-sort")) th.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", order);
    this.rows = keyed.map((each) => each[2]);
    this.body.append(...this.rows);
    this.texts = null;
    this.page = 0;
    this.show();
  }

  tools() {
    const bar = this.block.querySelector("[data-tools]");
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = words.filter;
    input.setAttribute("aria-label", `${words.filter}: ${this.table.caption.textContent}`);
    input.addEventListener("input", () => {
      this.wanted = plain(input.value).split(/\s+/).filter(Boolean);
      this.page = 0;
      this.show();
    });
    const save = document.createElement("button");
    save.type = "button";
    save.className = "button plain";
    save.textContent = words.csv;
    save.addEventListener("click", () => this.save());
    bar.prepend(input);
    bar.append(save);
  }

  matching() {
    if (!this.wanted.length) return this.rows;
    this.texts ??= this.rows.map((row) => plain(row.textContent));
    return this.rows.filter((_, i) => this.wanted.every((word) => this.texts[i].includes(word)));
  }

  show() {
    const match = this.matching();
    const pages = Math.max(1, Math.ceil(match.length / this.size));
    this.page = Math.min(this.page, pages - 1);
    const shown = new Set(match.slice(this.page * this.size, (this.page + 1) * this.size));
    for (const row of this.rows) row.hidden = !shown.has(row);
    const count = this.block.querySelector("[data-count]");
    if (count && this.wanted.length) count.textContent = say(words.rows, { shown: match.length, total: this.total });
    else if (count) count.textContent = (this.said ??= count.textContent);
    this.paging(pages);
  }

  paging(pages) {
    const bar = this.block.querySelector("[data-paging]");
    bar.hidden = pages < 2;
    if (pages < 2) return bar.replaceChildren();
    if (!bar.firstChild) {
      const button = (word, step) => {
        const made = document.createElement("button");
        made.type = "button";
        made.className = "button plain";
        made.textContent = word;
        made.addEventListener("click", () => {
          this.page += step;
          this.show();
          this.block.querySelector(".scroll").scrollTop = 0;
        });
        return made;
      };
      this.at = document.createElement("span");
      this.at.setAttribute("aria-live", "polite");
      this.before = button(words.previous, -1);
      this.after = button(words.next, 1);
      bar.append(this.before, this.at, this.after);
    }
    this.at.textContent = say(words.at, { page: this.page + 1, pages });
    this.before.disabled = this.page === 0;
    this.after.disabled = this.page === pages - 1;
  }

  save() {
    const heads = [...this.table.tHead.rows[0].cells].map((head) => {
      const unit = head.querySelector(":scope > .unit")?.textContent;
      const title = (head.querySelector("button.sort") ?? head.querySelector(".h")).textContent.trim();
      return quoted(harmless(unit ? `${title} (${unit})` : title));
    });
    const field = (cell) => (cell.dataset.v !== undefined ? cell.dataset.v : quoted(harmless(textOf(cell))));
    const lines = this.matching().map((row) => [...row.cells].map(field).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", [heads.join(","), ...lines].join("\r\n"), "\r\n"], { type: "text/csv" }));
    link.download = `${this.block.id}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

/** Make every table of the page sortable. */
export function start(root = document) {
  for (const block of root.querySelectorAll("[data-table]:not([data-started])")) {
    block.dataset.started = "1";
    new DataTable(block);
  }
}
