// Own SVG, the report's way: few paths, strokes that do not scale, the view box moves.
import { HEIGHT, WIDTH, shape } from "/static/map/projection.js";
const NS = "http://www.w3.org/2000/svg";
export async function start(box, { outlines, network }) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("width", box.clientWidth);
  svg.setAttribute("height", box.clientHeight);
  const add = (d, paint) => {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", d);
    path.setAttribute("vector-effect", "non-scaling-stroke");
    for (const [name, value] of Object.entries(paint)) path.setAttribute(name, value);
    svg.append(path);
  };
  for (const f of outlines.features) add(shape(f.geometry).path, { fill: "#e4e3dd", stroke: "#fff" });
  for (const f of network.features) add(shape(f.geometry).path, { fill: "none", stroke: "#8a8a80" });
  box.append(svg);
  return (x, y, zoom) => {
    const wide = WIDTH / zoom;
    const high = HEIGHT / zoom;
    svg.setAttribute("viewBox", `${x * WIDTH - wide / 2} ${y * HEIGHT - high / 2} ${wide} ${high}`);
  };
}
