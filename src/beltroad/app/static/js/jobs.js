// Follows the jobs on the page: progress, log, and what comes when one ends.

import { ask, say } from "./api.js";

const BUSY = 700;
const WAITING = 1500;
const UNSEEN = 5000;
const ended = (state) => state !== "queued" && state !== "running";

async function look(panel, words) {
  const id = panel.dataset.job;
  const job = await ask(`/api/v1/jobs/${id}`);
  const step = job.cancel_requested && !ended(job.state) ? words.cancelling
    : job.state === "queued" && job.before ? say(words.before, { count: job.before })
    : job.step;
  put(panel.querySelector("[data-state-word]"), words[job.state]);
  put(panel.querySelector("[data-step]"), step);
  const bar = panel.querySelector("progress");
  if (job.fraction === null) bar.removeAttribute("value");
  else bar.value = job.fraction;
  bar.hidden = ended(job.state);
  await lines(panel, id);
  return job;
}

// Text that is the same stays, so that a screen reader says a step once.
function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

async function lines(panel, id) {
  const list = panel.querySelector("[data-log]");
  const log = await ask(`/api/v1/jobs/${id}/log?after=${panel.dataset.last}`);
  const low = list.scrollTop + list.clientHeight >= list.scrollHeight - 4;
  for (const { at, text } of log.items) {
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.dateTime = at;
    time.textContent = at.slice(11, 19);
    line.append(time, ` ${text}`);
    list.append(line);
  }
  panel.dataset.last = log.last;
  if (low) list.scrollTop = list.scrollHeight;
}

async function follow(panel, seen) {
  const words = JSON.parse(panel.dataset.words);
  const fault = panel.querySelector("[data-fault]");
  for (;;) {
    let state = panel.dataset.state;
    let result = null;
    try {
      ({ state, result } = await look(panel, words));
      fault.hidden = true;
    } catch (error) {
      fault.hidden = false;
      put(fault, `${words.trouble} ${error.message}`);
    }
    seen();
    if (ended(state)) {
      const then = panel.dataset.then;
      if (state === "done" && then.startsWith("/")) location.replace(then.replace("{result}", result ?? ""));
      else location.reload();
      return;
    }
    panel.dataset.state = state;
    const pause = document.hidden ? UNSEEN : state === "queued" ? WAITING : BUSY;
    await new Promise((go) => setTimeout(go, pause));
  }
}

// Ready once each job has been asked for once.
for (const panel of document.querySelectorAll("[data-job]")) {
  if (panel.dataset.following || ended(panel.dataset.state)) continue;
  panel.dataset.following = "1";
  (window.beltroadReady ??= []).push(new Promise((seen) => follow(panel, seen)));
}

// A list with open jobs looks again now and then, unless someone is reading in it.
const list = document.querySelector("[data-jobs-open]");
if (list) {
  setInterval(() => {
    if (!document.hidden && !list.contains(document.activeElement)) location.reload();
  }, UNSEEN);
}
