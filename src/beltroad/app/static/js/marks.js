// Charts: what a mark says, by pointer on each mark, by keyboard with the arrow keys.

/** The one box that shows what is pointed at; shared with the map. */
export const tip = (() => {
  let box = null;
  const made = () => {
    if (box) return box;
    box = document.createElement("div");
    box.id = "tip";
    box.setAttribute("role", "status");
    box.hidden = true;
    document.body.append(box);
    return box;
  };
  return {
    show(text, x, y) {
      const it = made();
      if (it.textContent !== text) it.textContent = text;
      it.hidden = false;
      const size = it.getBoundingClientRect();
      const left = Math.min(Math.max(8, x + 14), innerWidth - size.width - 8);
      const top = y + 18 + size.height > innerHeight ? y - size.height - 12 : y + 18;
      it.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(4, top))}px)`;
    },
    hide() {
      if (box) box.hidden = true;
    },
  };
})();

function drawing(svg) {
  const marks = [...svg.querySelectorAll(".m")];
  let at = -1;
  let keyed = false;
  const leave = () => {
    tip.hide();
    marks[at]?.classList.remove("on");
    keyed = false;
  };
  svg.addEventListener("pointermove", (event) => {
    const mark = event.target.closest(".m");
    if (mark) {
      keyed = false;
      tip.show(mark.getAttribute("aria-label"), event.clientX, event.clientY);
    } else if (!keyed) tip.hide();
  });
  svg.addEventListener("pointerleave", () => keyed || tip.hide());
  svg.addEventListener("blur", leave);
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") leave();
    if (!step || !marks.length) return;
    event.preventDefault();
    marks[at]?.classList.remove("on");
    at = at < 0 ? (step > 0 ? 0 : marks.length - 1) : (at + step + marks.length) % marks.length;
    keyed = true;
    marks[at].classList.add("on");
    const box = marks[at].getBoundingClientRect();
    tip.show(marks[at].getAttribute("aria-label"), box.left + box.width / 2, box.top + box.height / 2);
  });
}

/** Let every chart of the page say what its marks are. */
export function start() {
  for (const svg of document.querySelectorAll("svg[data-marks]:not([data-started])")) {
    svg.dataset.started = "1";
    drawing(svg);
  }
}
