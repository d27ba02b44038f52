// The workspace's own map: SVG like the report's, moved as a picture, drawn anew when it rests.
import { Camera } from "/static/map/camera.js";
import { Layer, node } from "/static/map/layers.js";
import { HEIGHT, WIDTH } from "/static/map/projection.js";
export async function start(box, { outlines, network }) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/static/css/data.css" });
  await new Promise((done) => { sheet.onload = done; document.head.append(sheet); });
  const svg = node("svg", { class: "world" });
  box.append(svg);
  const map = { marks: new Map(), hatch: "none" };
  for (const [style, data] of [["outline", outlines], ["network", network]]) {
    const layer = new Layer({ id: style, style }, map);
    layer.draw(data, []);
    svg.append(layer.group);
  }
  const camera = new Camera(box, svg, () => {});
  camera.fit();
  return (x, y, zoom) => camera.to(x * WIDTH, y * HEIGHT, camera.least * zoom);
}
