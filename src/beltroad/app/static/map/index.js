// The map of a page: layers from the server, drawn as one SVG in the projection of the report.
import { ask, say, words } from "../js/api.js";
import { tip } from "../js/marks.js";
import { Camera, listen } from "./camera.js";
import { Layer, node } from "./layers.js";

const OUTLINES = "/api/v1/geo/outlines";
const asked = new Map(); // each address is asked once a page
const get = (url) => {
  if (!asked.has(url)) asked.set(url, ask(url));
  return asked.get(url);
};

class WorldMap {
  constructor(figure, number) {
    this.figure = figure;
    this.box = figure.querySelector("[data-canvas]");
    this.frame = figure.querySelector("[data-map]");
    this.title = figure.querySelector("figcaption").textContent.trim();
    this.abouts = JSON.parse(figure.querySelector("[data-layers]").textContent);
    this.marks = new Map();
    this.layers = new Map();
    this.on = null;
    this.lines = node("pattern", { id: `hatch-${number}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
      node("rect", { width: 8, height: 8, fill: "#f1f2f0" }), node("path", { d: "M0 8L8 0M-2 2L2 -2M6 10L10 6", stroke: "#9aa6ac", "stroke-width": 1.2 }));
    this.hatch = `url(#hatch-${number})`;
    this.world = node("g");
    this.high = node("g", { class: "high" });
    this.svg = node("svg", { class: "world", "aria-hidden": "true", focusable: "false" }, node("defs", {}, this.lines), this.world, this.high);
  }

  async start() {
    this.box.append(this.svg);
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "application");
    this.box.setAttribute("aria-label", `${this.title}. ${this.figure.querySelector(".map-hint").textContent}`);
    this.camera = new Camera(this.box, this.svg, (at) => this.settled(at));
    this.controls();
    const boxes = [...this.figure.querySelectorAll("[data-layer]")];
    this.abouts.forEach((about, i) => {
      const entry = boxes[i];
      const input = entry.querySelector("input");
      const holder = node("g");
      this.world.append(holder);
      this.layers.set(about.id, { about, entry, input, holder, layer: null });
      input.addEventListener("change", async () => {
        await this.show(about.id);
        this.list();
      });
    });
    await Promise.all([...this.layers.keys()].map((id) => this.show(id)));
    if (!this.camera.at.scale || !this.camera.touched) this.camera.fit(this.reach());
    this.list();
    this.figure.querySelector("[data-buttons]").hidden = false;
    this.frame.dataset.ready = "1";
  }

  async show(id) {
    const each = this.layers.get(id);
    const wanted = each.input.checked;
    each.entry.classList.toggle("off", !wanted);
    each.holder.setAttribute("display", wanted ? "inline" : "none");
    if (!wanted || each.layer) return;
    each.entry.querySelector(".map-fault")?.remove();
    try {
      const bare = each.about.style === "choropleth";
      const [found, outlines] = await Promise.all([get(each.about.url), bare ? get(OUTLINES) : { features: [] }]);
      if (each.layer) return;
      each.layer = new Layer(each.about, this);
      each.layer.draw(found, outlines.features);
      each.holder.append(each.layer.group);
      each.entry.querySelector("[data-legend]").append(...each.layer.legend());
      if (!each.layer.marks.length) this.fault(each, words.none);
    } catch (error) {
      asked.delete(each.about.url);
      this.fault(each, say(words.failed, { layer: each.about.title, why: error.message }));
    }
  }

  fault(each, text) {
    const said = document.createElement("p");
    said.className = "map-fault";
    said.setAttribute("role", "status");
    said.textContent = text;
    each.entry.append(said);
  }

  /** The box that routes and layers marked `fit` take up, or none: then the world is shown. */
  reach() {
    let box = null;
    for (const { about, layer } of this.layers.values()) {
      if (!layer || !(about.fit ?? about.style === "route")) continue;
      for (const mark of layer.marks) {
        const b = mark.shape.box;
        if (b) box = box ? [Math.min(box[0], b[0]), Math.min(box[1], b[1]), Math.max(box[2], b[2]), Math.max(box[3], b[3])] : [...b];
      }
    }
    if (!box) return null;
    const pad = Math.max(120, 0.08 * (box[2] - box[0]), 0.08 * (box[3] - box[1]));
    return [box[0] - pad, box[1] - pad, box[2] - box[0] + 2 * pad, box[3] - box[1] + 2 * pad];
  }

  settled({ scale }) {
    this.lines.setAttribute("patternTransform", `scale(${1 / scale})`);
  }

  controls() {
    listen(this.box, this.camera, (target) => {
      const href = this.marks.get(target)?.properties.href;
      if (href?.startsWith("/")) location.assign(href);
    });
    this.box.addEventListener("pointermove", (event) => {
      const mark = event.buttons ? null : this.marks.get(event.target);
      this.light(mark);
      if (!mark) return tip.hide();
      tip.show(mark.layer.text(mark), event.clientX, event.clientY);
      this.box.classList.toggle("link", Boolean(mark.properties.href));
    });
    this.box.addEventListener("pointerleave", () => {
      tip.hide();
      this.light(null);
    });
    const act = { in: () => this.camera.zoom(1.6), out: () => this.camera.zoom(1 / 1.6), all: () => this.camera.fit(this.camera.home) };
    for (const button of this.figure.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => act[button.dataset.zoom]());
  }

  light(mark) {
    if (this.on === mark) return;
    this.on = mark;
    this.box.classList.remove("link");
    this.high.replaceChildren();
    const d = mark?.elements[0].getAttribute("d");
    if (d) this.high.append(node("path", { d, class: mark.shape.area ? "high-area" : mark.shape.path ? "high-line" : "high-spot" }));
  }

  /** What the map shows as links: focus on one marks it on the map. */
  list() {
    const details = this.figure.querySelector("[data-list]");
    const fill = () => {
      const seen = new Map();
      for (const { layer, input } of this.layers.values()) {
        if (!layer || !input.checked || layer.about.style === "network") continue;
        for (const mark of layer.marks) {
          const text = layer.text(mark);
          if (text && !seen.has(text)) seen.set(text, mark);
        }
      }
      const sorted = [...seen].sort((a, b) => a[0].localeCompare(b[0]));
      const items = sorted.map(([text, mark]) => {
        const item = document.createElement("li");
        const link = document.createElement(mark.properties.href ? "a" : "button");
        if (mark.properties.href) link.href = mark.properties.href;
        else link.type = "button";
        link.textContent = text;
        const look = () => this.look(mark);
        link.addEventListener("focus", look);
        link.addEventListener("pointerenter", () => this.light(mark));
        link.addEventListener("blur", () => this.light(null));
        link.addEventListener("click", look);
        item.append(link);
        return item;
      });
      details.querySelector("ul").replaceChildren(...items);
    };
    details.ontoggle = () => details.open && fill();
    if (details.open) fill();
  }

  look(mark) {
    this.light(mark);
    const b = mark.shape.box;
    if (!b) return;
    const { at, width, height } = this.camera;
    const [x, y] = [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2];
    const off = Math.abs(x - at.x) > width / 2.4 / at.scale || Math.abs(y - at.y) > height / 2.4 / at.scale;
    if (off) this.camera.to(x, y, at.scale);
  }
}

/** Draw every map of the page; done when all of them are. */
export async function start(root = document) {
  const figures = [...root.querySelectorAll(".map-figure:not([data-started])")];
  await Promise.all(figures.map((figure, number) => {
    figure.dataset.started = "1";
    const made = new WorldMap(figure, `${figure.id}-${number}`);
    figure.worldMap = made;
    return made.start();
  }));
}
