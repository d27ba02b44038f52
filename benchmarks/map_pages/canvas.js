// Own canvas: the same paths as Path2D, drawn anew for each frame.
import { HEIGHT, WIDTH, shape } from "/static/map/projection.js";
export async function start(box, { outlines, network }) {
  const canvas = document.createElement("canvas");
  canvas.width = box.clientWidth;
  canvas.height = box.clientHeight;
  box.append(canvas);
  const pen = canvas.getContext("2d");
  const land = new Path2D();
  for (const f of outlines.features) land.addPath(new Path2D(shape(f.geometry).path));
  const lines = network.features.map((f) => new Path2D(shape(f.geometry).path));
  return (x, y, zoom) => {
    const scale = Math.min(canvas.width / WIDTH, canvas.height / HEIGHT) * zoom;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(scale, 0, 0, scale, canvas.width / 2 - x * WIDTH * scale, canvas.height / 2 - y * HEIGHT * scale);
    pen.lineWidth = 1 / scale;
    pen.fillStyle = "#e4e3dd";
    pen.strokeStyle = "#fff";
    pen.fill(land, "evenodd");
    pen.stroke(land);
    pen.strokeStyle = "#8a8a80";
    lines.forEach((line) => pen.stroke(line));
  };
}
