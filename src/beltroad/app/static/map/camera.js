// Where the map looks. While it moves, the finished drawing is moved and stretched as a picture,
// which costs next to nothing; when it rests, it is drawn anew and sharp.
import { HEIGHT, WIDTH } from "./projection.js";

const MARGIN = 0.25; // of the window, drawn beyond each edge
const REST = 140; // milliseconds without a move before it is drawn anew
const CLOSEST = 60; // times the scale at which the whole world fits
const WIDE = [420, 0, 9480, HEIGHT];
const NARROW = [4150, 120, 4700, HEIGHT - 1000];

export class Camera {
  constructor(window_, svg, settled) {
    this.window = window_;
    this.svg = svg;
    this.settled = settled;
    this.home = null;
    this.at = { x: WIDTH / 2, y: HEIGHT / 2, scale: 0 };
    this.drawn = { ...this.at };
    this.timer = 0;
    this.frame = 0;
    new ResizeObserver(() => this.resized()).observe(window_);
    this.measure();
  }

  measure() {
    const box = this.window.getBoundingClientRect();
    const changed = box.width !== this.width || box.height !== this.height;
    this.width = box.width;
    this.height = box.height;
    return changed;
  }

  get least() {
    return Math.min(this.width / WIDTH, this.height / HEIGHT);
  }

  /** Show a box of map units; the whole world without one. */
  fit(box = null) {
    this.home = box;
    const [x, y, w, h] = box ?? (this.width <= 640 ? NARROW : WIDE);
    this.at = { x: x + w / 2, y: y + h / 2, scale: Math.min(this.width / w, this.height / h) };
    this.draw();
  }

  resized() {
    if (!this.measure() || !this.width || !this.height) return;
    if (this.at.scale && this.touched) this.draw();
    else this.fit(this.home);
  }

  /** Move by pixels of the screen. */
  pan(dx, dy) {
    this.to(this.at.x - dx / this.at.scale, this.at.y - dy / this.at.scale, this.at.scale);
  }

  /** Zoom about a point of the window, by default its middle. */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const { x, y, scale } = this.at;
    const next = Math.min(Math.max(scale * factor, this.least), this.least * CLOSEST);
    const [dx, dy] = [px - this.width / 2, py - this.height / 2];
    this.to(x + dx / scale - dx / next, y + dy / scale - dy / next, next);
  }

  to(x, y, scale) {
    this.touched = true;
    this.svg.dataset.moving = "1";
    this.at = { x: Math.min(Math.max(x, 0), WIDTH), y: Math.min(Math.max(y, 0), HEIGHT), scale };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), REST);
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (this.uncovered()) this.draw();
      else this.move();
    });
  }

  uncovered() {
    const span = (size, scale) => size / 2 / scale;
    const beyond = (now, then, size) =>
      Math.abs(now - then) + span(size, this.at.scale) > span(size, this.drawn.scale) * (1 + 2 * MARGIN) * 1.02;
    return beyond(this.at.x, this.drawn.x, this.width) || beyond(this.at.y, this.drawn.y, this.height);
  }

  move() {
    const { x, y, scale } = this.at;
    const by = scale / this.drawn.scale;
    const [dx, dy] = [(this.drawn.x - x) * scale, (this.drawn.y - y) * scale];
    this.svg.style.transform = `translate(${dx}px, ${dy}px) scale(${by})`;
  }

  draw() {
    clearTimeout(this.timer);
    if (!this.width || !this.at.scale) return;
    const { x, y, scale } = this.at;
    const [w, h] = [(this.width * (1 + 2 * MARGIN)) / scale, (this.height * (1 + 2 * MARGIN)) / scale];
    this.drawn = { x, y, scale };
    this.svg.setAttribute("viewBox", [x - w / 2, y - h / 2, w, h].map((v) => v.toFixed(2)).join(" "));
    this.svg.style.transform = "none";
    delete this.svg.dataset.moving;
    this.settled(this.at);
  }
}

/** Pointer, wheel, pinch and keys, told to a camera; `clicked` gets the element of a plain click. */
export function listen(box, camera, clicked) {
  const held = new Map();
  let moved = 0;
  const spread = () => {
    const [a, b] = [...held.values()];
    return { far: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };
  const inside = (event) => {
    const frame = box.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  box.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held.set(event.pointerId, inside(event));
    if (held.size === 1) moved = 0;
  });
  box.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = inside(event);
    const pinch = held.size === 2 ? spread() : null;
    held.set(event.pointerId, now);
    moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (moved < 5) return;
    // Caught only once it is a drag: a captured pointer would take the click off its mark.
    if (!box.hasPointerCapture(event.pointerId)) box.setPointerCapture(event.pointerId);
    box.classList.add("held");
    if (pinch) {
      const after = spread();
      camera.pan(after.x - pinch.x, after.y - pinch.y);
      camera.zoom(after.far / Math.max(pinch.far, 1), after.x, after.y);
    } else camera.pan(now.x - before.x, now.y - before.y);
  });
  const release = (event) => {
    held.delete(event.pointerId);
    if (!held.size) box.classList.remove("held");
  };
  box.addEventListener("pointerup", release);
  box.addEventListener("pointercancel", release);
  box.addEventListener("click", (event) => moved < 5 && clicked(event.target, event));
  box.addEventListener("dblclick", (event) => {
    const at = inside(event);
    camera.zoom(2, at.x, at.y);
  });
  box.addEventListener("wheel", (event) => {
    // Without focus or Ctrl the wheel moves the page, as everywhere else on it.
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== box) return;
    event.preventDefault();
    const at = inside(event);
    camera.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), at.x, at.y);
  }, { passive: false });
  const keys = {
    ArrowLeft: () => camera.pan(80, 0), ArrowRight: () => camera.pan(-80, 0),
    ArrowUp: () => camera.pan(0, 80), ArrowDown: () => camera.pan(0, -80),
    "+": () => camera.zoom(1.5), "=": () => camera.zoom(1.5), "-": () => camera.zoom(1 / 1.5),
    0: () => camera.fit(camera.home), Home: () => camera.fit(camera.home),
  };
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}
