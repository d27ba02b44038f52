// OpenLayers, vector layers on canvas, redrawn while moving.
export async function start(box, { outlines, network }) {
  await new Promise((onload) => document.head.append(Object.assign(document.createElement("script"), { src: "/peers/ol/dist/ol.js", onload })));
  const { ol } = window;
  const format = new ol.format.GeoJSON({ featureProjection: "EPSG:3857" });
  const layer = (data, style) =>
    new ol.layer.Vector({ source: new ol.source.Vector({ features: format.readFeatures(data) }), style, updateWhileInteracting: true, updateWhileAnimating: true });
  const stroke = (color) => new ol.style.Stroke({ color, width: 1 });
  const map = new ol.Map({
    target: box, controls: [], interactions: [],
    layers: [
      layer(outlines, new ol.style.Style({ stroke: stroke("#fff"), fill: new ol.style.Fill({ color: "#e4e3dd" }) })),
      layer(network, new ol.style.Style({ stroke: stroke("#8a8a80") })),
    ],
    view: new ol.View({ center: [0, 0], zoom: 2, constrainResolution: false, multiWorld: true }),
  });
  await new Promise((done) => map.once("rendercomplete", done));
  return (x, y, zoom) => {
    map.getView().setCenter(ol.proj.fromLonLat([360 * x - 169, 70 - 110 * y]));
    map.getView().setZoom(2 + Math.log2(zoom));
    map.renderSync();
  };
}
