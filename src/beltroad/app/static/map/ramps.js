// Colours and classes of shaded maps, those of the report: apart for all forms of colour blindness.

const GAIN = ["#e3f0ef", "#b4d9d7", "#71b8b8", "#2d8c94", "#0a5561"];
const LOSS = ["#f9e6d2", "#e9ab6d", "#b45f19"];
export const MODES = {
  rail: "#0b6470", road: "#b45f19", sea: "#3f5fa8", port: "#3f5fa8", dryport: "#7b5aa6",
  water: "#4d8fd1", border: "#8a6d3b", air: "#7a858c", ferry: "#3f5fa8",
};

const LADDER = [];
for (let e = -4; e < 13; e += 1) for (const m of [1, 2, 5]) LADDER.push(Number(`${m}e${e}`));

const rank = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
const rounded = (value) => Number(value.toPrecision(2));

/** Class limits (given ones, for grades, or round ones) and colours; `index` gives a value's class. */
export function classes(values, ramp, given) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (!sorted.length) return { limits: [], colours: [GAIN[2]], index: () => 0 };
  let limits;
  let colours;
  if (given?.length) {
    colours = GAIN.slice(GAIN.length - 1 - given.length);
    return { limits: given, colours, index: (value) => given.filter((limit) => value >= limit).length };
  }
  if (ramp === "diverging" && sorted[0] < 0) {
    const size = rank(sorted.map(Math.abs).sort((a, b) => a - b), 0.9);
    const at = Math.max(3, LADDER.findLastIndex((step) => step <= size));
    const up = LADDER.slice(at - 3, at + 1);
    limits = [-up[2], -up[0], 0, ...up];
    colours = [...LOSS].reverse().concat(GAIN);
  } else {
    limits = [...new Set([0.2, 0.4, 0.6, 0.8].map((s) => rounded(rank(sorted, s))))]
      .filter((limit) => limit > sorted[0] && limit <= sorted.at(-1));
    colours = GAIN.slice(GAIN.length - 1 - limits.length);
  }
  const index = (value) => limits.filter((limit) => value >= limit).length;
  return { limits, colours, index };
}
