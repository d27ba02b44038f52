// MapLibre GL; its worker is a file of its own that must be named.
export async function start(box, { outlines, network }) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/peers/maplibre-gl/dist/maplibre-gl.css" });
  document.head.append(sheet);
  const gl = await import("/peers/maplibre-gl/dist/maplibre-gl.mjs");
  gl.setWorkerUrl("/peers/maplibre-gl/dist/maplibre-gl-worker.mjs");
  const source = (data) => ({ type: "geojson", data });
  const map = new gl.Map({
    container: box, attributionControl: false, fadeDuration: 0, center: [40, 20], zoom: 1.5,
    style: {
      version: 8, sources: { outlines: source(outlines), network: source(network) },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": "#f1f5f6" } },
        { id: "land", type: "fill", source: "outlines", paint: { "fill-color": "#e4e3dd", "fill-outline-color": "#fff" } },
        { id: "lines", type: "line", source: "network", paint: { "line-color": "#8a8a80", "line-width": 1 } },
      ],
    },
  });
  await new Promise((done) => map.once("idle", done));
  return (x, y, zoom) => map.jumpTo({ center: [360 * x - 169, 70 - 110 * y], zoom: 1.5 + Math.log2(zoom) });
}
