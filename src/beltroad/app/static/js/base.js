// Loads what is on the page, and says when all of it is ready.

// A page that does more of its own puts its promise here before this module ends its work:
// (window.beltroadReady ??= []).push(promise)
const waiting = (window.beltroadReady ??= []);
const found = (selector) => document.querySelector(selector) !== null;

if (found("[data-table]")) waiting.push(import("./table.js").then((m) => m.start()));
if (found("[data-map]")) waiting.push(import("../map/index.js").then((m) => m.start()));
if (found("svg[data-marks]")) waiting.push(import("./marks.js").then((m) => m.start()));

// A print shows what is folded away, and folds it again afterwards.
const opened = [];
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("main details:not([open]):not([data-list])")) {
    each.open = true;
    opened.push(each);
  }
});
addEventListener("afterprint", () => opened.splice(0).forEach((each) => (each.open = false)));

// Module scripts of the page run after this one: wait for them to have put theirs on the list.
const settle = async () => {
  let seen = -1;
  while (seen !== waiting.length) {
    seen = waiting.length;
    await Promise.allSettled(waiting);
  }
  document.documentElement.dataset.ready = "1";
};
if (document.readyState === "complete") settle();
else addEventListener("load", settle, { once: true });
