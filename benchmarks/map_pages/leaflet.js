// Leaflet with its canvas renderer; the view is set without animation.
export async function start(box, { outlines, network }) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/peers/leaflet/dist/leaflet.css" });
  document.head.append(sheet);
  await import("/peers/leaflet/dist/leaflet.js");
  const { L } = window;
  const map = L.map(box, { preferCanvas: true, zoomSnap: 0, fadeAnimation: false, zoomAnimation: false });
  map.setView([20, 40], 2);
  L.geoJSON(outlines, { style: { color: "#fff", weight: 1, fillColor: "#e4e3dd", fillOpacity: 1 } }).addTo(map);
  L.geoJSON(network, { style: { color: "#8a8a80", weight: 1 } }).addTo(map);
  return (x, y, zoom) => map.setView([70 - 110 * y, 360 * x - 169], 2 + Math.log2(zoom), { animate: false });
}
