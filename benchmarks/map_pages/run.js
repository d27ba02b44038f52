// Starts one candidate; `go` times it: 30 steps of panning, 30 of zooming, a frame each.
const name = new URLSearchParams(location.search).get("stack");
const began = performance.now();
const box = document.getElementById("box");
const frame = () => new Promise((done) => requestAnimationFrame(done));
const get = async (path) => (await fetch(path)).json();
try {
  const [outlines, network] = await Promise.all([get("/outlines.json"), get("/network.json")]);
  const { start } = await import(`./${name}.js`);
  const view = await start(box, { outlines, network });
  view(0.58, 0.4, 2);
  await frame();
  await frame();
  const ready = performance.now() - began;
  window.go = async () => {
    const times = [];
    let last = await frame();
    for (let i = 0; i < 60; i += 1) {
      if (i < 30) view(0.48 + i * 0.006, 0.36 + i * 0.002, 2.5);
      else view(0.6, 0.4, 2.5 * 1.06 ** (i - 30));
      const now = await frame();
      times.push(now - last);
      last = now;
    }
    return { ready, times };
  };
} catch (error) {
  window.go = async () => ({ fault: String(error) });
}
document.documentElement.dataset.done = "1";
