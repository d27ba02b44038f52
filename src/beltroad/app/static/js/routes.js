// Suggestions while typing: a combobox whose list comes from the API, for keyboard and pointer.

import { ask, say } from "./api.js";

const PAUSE = 140;
let made = 0;

function combobox(box) {
  const input = box.querySelector("input");
  const list = box.querySelector("ul");
  const told = box.querySelector("[data-told]");
  const cut = box.dataset.many ?? "";
  let items = [];
  let at = -1;
  let timer = 0;
  let asking = null;

  for (const [name, value] of Object.entries({
    role: "combobox", "aria-expanded": "false", "aria-controls": list.id,
    "aria-autocomplete": "list",
  })) input.setAttribute(name, value);

  // With several in one field, the one at the end is being typed.
  const head = () => (cut && input.value.includes(cut) ? input.value.slice(0, input.value.lastIndexOf(cut) + 1) + " " : "");
  const typed = () => (cut ? input.value.slice(input.value.lastIndexOf(cut) + 1) : input.value).trim();

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    list.replaceChildren();
    items = [];
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (next) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = next;
    const chosen = list.children[at];
    chosen?.setAttribute("aria-selected", "true");
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
  };

  const take = (index) => {
    input.value = head() + items[index].text;
    close();
  };

  const show = (found) => {
    items = found;
    at = -1;
    list.replaceChildren(...found.map((each, index) => {
      const line = document.createElement("li");
      line.id = `suggestion-${(made += 1)}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      const kind = document.createElement("span");
      kind.textContent = each.kind.replace("_", " ");
      line.append(each.label === each.text || each.lat !== undefined ? each.text : each.label, kind);
      line.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        take(index);
      });
      return line;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    told.textContent = say(box.dataset.count, { count: found.length });
  };

  const look = async () => {
    const text = typed();
    if (text.length < 2 && !/[^\x00-\x7f]/.test(text)) return close();
    asking?.abort();
    asking = new AbortController();
    try {
      const found = await ask(`${box.dataset.suggest}?q=${encodeURIComponent(text.slice(0, 120))}`, { signal: asking.signal });
      if (document.activeElement === input) show(found.items);
    } catch (error) {
      // Suggestions help, but nothing depends on them.
      if (error.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (list.hidden) look();
      else mark(at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length);
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      take(at);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
}

for (const box of document.querySelectorAll("[data-suggest]")) combobox(box);
