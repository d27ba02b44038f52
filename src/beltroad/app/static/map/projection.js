// Equal Earth (Savric, Patterson and Jenny 2018, doi:10.1080/13658816.2018.1504949), with the
// same centre, edges and units as the maps of the report: both draw the same world.

const A = [1.340264, -0.081106, 0.000893, 0.003796];
const CENTRE = 11;
export const WIDTH = 10_000;
const LAT = [-57, 79];
const RADIANS = Math.PI / 180;

const raw = (lon, lat) => {
  let turned = lon - CENTRE;
  if (turned < -180) turned += 360;
  else if (turned > 180) turned -= 360;
  const theta = Math.asin((Math.sqrt(3) / 2) * Math.sin(lat * RADIANS));
  const t2 = theta * theta;
  const t6 = t2 * t2 * t2;
  const slope = 3 * (9 * A[3] * t6 * t2 + 7 * A[2] * t6 + 3 * A[1] * t2 + A[0]);
  return [
    (2 * Math.sqrt(3) * turned * RADIANS * Math.cos(theta)) / slope,
    theta * (A[3] * t6 * t2 + A[2] * t6 + A[1] * t2 + A[0]),
  ];
};

const HALF = raw(CENTRE + 180, 0)[0];
const TOP = raw(CENTRE, LAT[1])[1];
const SCALE = WIDTH / (2 * HALF);
export const HEIGHT = Math.round((TOP - raw(CENTRE, LAT[0])[1]) * SCALE);

/** Position of a longitude and latitude in the drawing, in units from the upper left. */
export const place = ([lon, lat]) => {
  const [x, y] = raw(lon, lat);
  return [Math.round((x + HALF) * SCALE * 10) / 10, Math.round((TOP - y) * SCALE * 10) / 10];
};

/** Lines of positions, projected; cut where one would run across the whole map. */
export const project = (line) => {
  const pieces = [[]];
  let before = null;
  for (const position of line) {
    const at = place(position);
    if (before && Math.abs(at[0] - before[0]) > WIDTH / 2) pieces.push([]);
    pieces.at(-1).push(at);
    before = at;
  }
  return pieces.filter((piece) => piece.length > 1);
};

// Two islands of Alaska lie across the edge of the map: what is beyond it is drawn on the edge.
const held = (ring) => {
  const edge = CENTRE - 180;
  let low = Infinity;
  let high = -Infinity;
  for (const [lon] of ring) {
    low = Math.min(low, lon);
    high = Math.max(high, lon);
  }
  return low < edge && edge < high ? ring.map(([lon, lat]) => [Math.max(lon, edge), lat]) : ring;
};

const number = (value) => String(Math.round(value * 10) / 10);
const steps = (line) => {
  let [x, y] = line[0];
  let text = `M${number(x)} ${number(y)}`;
  for (let i = 1; i < line.length; i += 1) {
    text += `l${number(line[i][0] - x)} ${number(line[i][1] - y)}`;
    [x, y] = line[i];
  }
  return text;
};

/** The parts of a geometry: lines and rings as paths, points as places. */
export const shape = (geometry) => {
  const found = { path: "", area: false, points: [], box: null };
  const see = ([x, y]) => {
    const b = (found.box ??= [x, y, x, y]);
    b[0] = Math.min(b[0], x);
    b[1] = Math.min(b[1], y);
    b[2] = Math.max(b[2], x);
    b[3] = Math.max(b[3], y);
  };
  const paths = [];
  const lines = (line) => {
    for (const piece of project(line)) {
      piece.forEach(see);
      paths.push(steps(piece));
    }
  };
  const rings = (polygon) => {
    found.area = true;
    for (const ring of polygon) {
      const placed = held(ring).map(place);
      placed.forEach(see);
      paths.push(`${steps(placed)}z`);
    }
  };
  const points = (position) => {
    const at = place(position);
    see(at);
    found.points.push(at);
  };
  const each = (g) => {
    const c = g.coordinates;
    if (g.type === "Point") points(c);
    else if (g.type === "MultiPoint") c.forEach(points);
    else if (g.type === "LineString") lines(c);
    else if (g.type === "MultiLineString") c.forEach(lines);
    else if (g.type === "Polygon") rings(c);
    else if (g.type === "MultiPolygon") c.forEach(rings);
    else if (g.type === "GeometryCollection") g.geometries.forEach(each);
  };
  if (geometry) each(geometry);
  found.path = paths.join("");
  return found;
};
