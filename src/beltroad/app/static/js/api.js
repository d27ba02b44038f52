// Asking the server: JSON in, JSON out, problems as errors that carry cause and next step.

export const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** Text with named places in braces filled in. */
export const say = (text, values = {}) =>
  String(text ?? "").replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));

/** A problem document (RFC 9457) as an error. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.status = status;
    this.title = body.title ?? `HTTP ${status}`;
    this.detail = body.detail ?? "";
    this.remedy = body.remedy ?? "";
    this.faults = body.faults ?? [];
  }
}

/** Ask a path of ours; gives the parsed JSON, or throws a Problem. */
export async function ask(path, { method = "GET", body, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf"]')?.content ?? "";
  let answer;
  try {
    answer = await fetch(path, {
      method, headers, signal, credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { title: words.offline, detail: words.offline });
  }
  const text = await answer.text();
  let found = null;
  try {
    found = text ? JSON.parse(text) : null;
  } catch {
    throw new Problem(answer.status, { title: `HTTP ${answer.status}` });
  }
  if (!answer.ok) throw new Problem(answer.status, found ?? {});
  return found;
}
