(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const body = document.body;
  const said = document.querySelector(".chosen");
  const labels = new Map(all("svg.routes .r").map((g) => [g.dataset.route, g.getAttribute("aria-label")]));
  let chosen = "";
  const map = document.querySelector("svg.routes");
  const world = map.getAttribute("viewBox");

  // The map shows the part that the chosen route fills; texts and dots keep their size.
  const look = (shape) => {
    map.setAttribute("viewBox", shape ? shape.dataset.view : world);
    map.style.setProperty("--z", shape ? shape.dataset.zoom : 1);
  };

  // One route at a time stands out: on the map, in the charts, in the tables.
  const choose = (number) => {
    chosen = number === chosen ? "" : number;
    body.classList.toggle("picked", chosen !== "");
    all("[data-route]").forEach((e) => e.classList.toggle("on", e.dataset.route === chosen));
    all("[data-pick]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.pick === chosen)));
    said.textContent = chosen ? labels.get(chosen) : "";
    const shape = chosen && map.querySelector(`.r[data-route="${chosen}"]`);
    look(shape);
    if (shape) {
      shape.parentNode.insertBefore(shape, shape.parentNode.querySelector(".badges"));
    }
  };
  all("[data-pick]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => choose(button.dataset.pick));
  });
  document.querySelector(".picker").hidden = false;
  all("svg [data-route], .barrow").forEach((e) => e.addEventListener("click", () => choose(e.dataset.route)));
  addEventListener("keydown", (event) => { if (event.key === "Escape" && chosen) choose(chosen); });

  // A link to steps opens them; on paper all of them are open.
  const open = () => {
    const target = location.hash.startsWith("#way-") && document.getElementById(location.hash.slice(1));
    if (target) target.open = true;
  };
  addEventListener("hashchange", open);
  all('a[href^="#way-"]').forEach((a) => a.addEventListener("click", () => {
    document.getElementById(a.getAttribute("href").slice(1)).open = true;
  }));
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all(".way-steps:not([open])");
    closed.forEach((d) => { d.open = true; });
    look(null);
  });
  addEventListener("afterprint", () => {
    closed.forEach((d) => { d.open = false; });
    look(chosen && map.querySelector(`.r[data-route="${chosen}"]`));
  });
  open();

  const links = new Map(all("nav a").map((link) => [link.getAttribute("href").slice(1), link]));
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    links.forEach((link) => link.removeAttribute("aria-current"));
    links.get(entry.target.id).setAttribute("aria-current", "true");
  }), { rootMargin: "-10% 0px -80% 0px" });
  links.forEach((_, id) => seen.observe(document.getElementById(id)));
})();
