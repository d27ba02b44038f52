// One layer of the map: GeoJSON features into marks, and the legend that explains them.
import { words } from "../js/api.js";
import { shape } from "./projection.js";
import { MODES, classes } from "./ramps.js";

const NS = "http://www.w3.org/2000/svg";
const STATES = ["halted", "planned", "open", "building"]; // what is being built lies on top
export const node = (name, attributes = {}, ...inside) => {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
};
const spots = (points) => points.map(([x, y]) => `M${x} ${y}h0`).join("");
const number = (value) => new Intl.NumberFormat(words.lang === "zh" ? "zh-Hans" : "en", { maximumSignificantDigits: 4 }).format(value);
const plainWord = (text) => String(text || "").replaceAll("_", " ");

export class Layer {
  constructor(about, map) {
    this.about = about;
    this.map = map;
    this.group = node("g", { class: `layer-${about.style}`, "data-layer": about.id });
    this.marks = []; // {properties, shape, elements}
    this.keys = []; // legend: [swatch, text]
  }

  /** Draw the features of a collection. */
  draw(collection, outlines) {
    const places = new Map(outlines.map((f) => [f.properties.id, f]));
    for (const feature of collection.features) {
      const geometry = feature.geometry ?? places.get(feature.properties.id)?.geometry;
      if (geometry) this.marks.push({ layer: this, properties: feature.properties, shape: shape(geometry), elements: [] });
    }
    this[this.about.style]?.();
  }

  add(mark, attributes, live = true) {
    const made = node("path", attributes);
    if (live) {
      made.classList.add("m");
      this.map.marks.set(made, mark);
    }
    mark.elements.push(made);
    this.group.append(made);
    return made;
  }

  text(mark) {
    const { label, name, value } = mark.properties;
    if (this.about.style !== "choropleth") return label || name;
    const unit = this.about.unit ? ` ${this.about.unit}` : "";
    return label && label !== name ? label : `${name}: ${Number.isFinite(value) ? number(value) + unit : words.unknown}`;
  }

  outline() {
    for (const mark of this.marks) {
      if (mark.shape.area) this.add(mark, { d: mark.shape.path, class: "land" });
      else this.add(mark, { d: mark.shape.path, class: mark.properties.kind === "disputed" ? "disputed" : "border" }, false);
    }
  }

  choropleth() {
    const { limits, colours, index } = classes(this.marks.map((m) => m.properties.value), this.about.ramp, this.about.limits);
    let unknown = false;
    for (const mark of this.marks) {
      const known = Number.isFinite(mark.properties.value);
      unknown ||= !known;
      const fill = known ? colours[index(mark.properties.value)] : this.map.hatch;
      if (mark.shape.area) this.add(mark, { d: mark.shape.path, class: "shade", fill });
      else this.add(mark, { d: spots(mark.shape.points), class: "spot", stroke: known ? colours[index(mark.properties.value)] : "#e2e5e3" });
    }
    const said = (i) => {
      if (this.about.names) return this.about.names[i];
      if (!limits.length) return "";
      if (i === 0) return `< ${number(limits[0])}`;
      return i === limits.length ? `≥ ${number(limits[i - 1])}` : `${number(limits[i - 1])} – ${number(limits[i])}`;
    };
    this.keys = colours.map((fill, i) => [{ fill }, said(i)]);
    if (unknown) this.keys.push([{ fill: "hatch" }, words.unknown]);
  }

  network() {
    for (const mark of this.marks) {
      const kind = mark.properties.kind;
      this.add(mark, { d: mark.shape.path, class: `net net-${kind}` }, false);
      this.keys.push([{ line: `net net-${kind}` }, words[`mode_${kind}`] ?? plainWord(kind)]);
    }
  }

  project() {
    const order = (mark) => STATES.indexOf(mark.properties.state);
    this.marks.sort((a, b) => order(a) - order(b));
    for (const mark of this.marks) {
      const state = mark.properties.state || "open";
      if (mark.shape.path) {
        this.add(mark, { d: mark.shape.path, class: "wide" });
        this.add(mark, { d: mark.shape.path, class: "pc" }, false);
        this.add(mark, { d: mark.shape.path, class: `pl ${state}` }, false);
      }
      if (mark.shape.points.length) {
        this.add(mark, { d: spots(mark.shape.points), class: "pd-edge" });
        this.add(mark, { d: spots(mark.shape.points), class: `pd ${state}` }, false);
      }
    }
    const found = new Set(this.marks.map((m) => m.properties.state || "open"));
    this.keys = ["open", "building", "planned", "halted"].filter((s) => found.has(s))
      .map((s) => [{ line: `pl ${s}` }, words[`state_${s}`]]);
  }

  route() {
    const found = new Set();
    for (const mark of this.marks) {
      const kind = mark.properties.kind;
      const stroke = MODES[kind] ?? MODES.rail;
      if (mark.shape.path) {
        this.add(mark, { d: mark.shape.path, class: "wide" });
        this.add(mark, { d: mark.shape.path, class: "pc" }, false);
        this.add(mark, { d: mark.shape.path, class: `way way-${kind}`, stroke }, false);
        found.add(kind);
      }
      if (mark.shape.points.length) this.add(mark, { d: spots(mark.shape.points), class: "spot stop" });
    }
    this.keys = [...found].map((kind) => [{ line: `way way-${kind}`, stroke: MODES[kind] ?? MODES.rail }, words[`mode_${kind}`] ?? plainWord(kind)]);
  }

  place() {
    const found = new Map();
    for (const mark of this.marks) {
      const kind = mark.properties.kind;
      const stroke = MODES[kind] ?? MODES.rail;
      if (mark.shape.path) {
        this.add(mark, { d: mark.shape.path, class: "wide" });
        this.add(mark, { d: mark.shape.path, class: `way way-${kind}`, stroke }, false);
      }
      if (mark.shape.points.length) {
        this.add(mark, { d: spots(mark.shape.points), class: "spot-edge" });
        this.add(mark, { d: spots(mark.shape.points), class: "spot", stroke }, false);
      }
      if (!found.has(kind)) found.set(kind, { stroke, ...(mark.shape.path ? { line: `way way-${kind}` } : { dot: "spot" }) });
    }
    this.keys = [...found].map(([kind, paint]) => [paint, words[`mode_${kind}`] ?? plainWord(kind)]);
  }

  /** The legend as elements. */
  legend() {
    return this.keys.filter(([, text]) => text).map(([paint, text]) => {
      const swatch = node("svg", { width: 26, height: 14, viewBox: "0 0 26 14", "aria-hidden": "true" });
      const stroke = paint.stroke ? { stroke: paint.stroke } : {};
      if (paint.line) swatch.append(node("path", { d: "M1 7h24", class: paint.line, ...stroke }));
      else if (paint.dot) swatch.append(node("path", { d: "M13 7h0", class: paint.dot, ...stroke }));
      else if (paint.fill === "hatch") {
        swatch.append(node("rect", { width: 26, height: 14, fill: "#f1f2f0" }), node("path", { d: "M0 14L14 0M12 14L26 0M-6 8L2 0M24 14l6-6", stroke: "#9aa6ac", "stroke-width": 1.2 }));
      } else swatch.append(node("rect", { width: 26, height: 14, fill: paint.fill, stroke: "#7f8b92", "stroke-width": 0.5 }));
      const line = document.createElement("span");
      line.append(swatch, text);
      return line;
    });
  }
}
