// The scenario editor: filter the list of projects, count what is ticked, and choose "chosen"
// when the first project is ticked. Everything works without this file too.
const chooser = document.querySelector("[data-chooser]");

function count() {
  const ticked = chooser.querySelectorAll("li input:checked").length;
  const shown = chooser.querySelectorAll("li:not([hidden])").length;
  const told = chooser.querySelector("[data-count]");
  told.textContent = told.dataset.words.replace("{ticked}", ticked).replace("{shown}", shown);
}

function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of chooser.querySelectorAll("li[data-text]")) {
    item.hidden = !words.every((word) => item.dataset.text.includes(word));
  }
  for (const group of chooser.querySelectorAll("[data-group]")) {
    const some = group.querySelector("li:not([hidden])") !== null;
    group.hidden = !some;
    if (words.length && some) group.open = true;
  }
  count();
}

if (chooser) {
  chooser.querySelector("[data-chooser-tools]").hidden = false;
  const field = chooser.querySelector("[data-filter]");
  field.addEventListener("input", () => filter(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  chooser.addEventListener("change", () => {
    const choice = document.querySelector('input[name="projects.include"][value="chosen"]');
    const known = chooser.querySelector('input[name="projects.chosen"]:checked');
    if (choice && known) choice.checked = true;
    count();
  });
  count();
}
document.documentElement.dataset.scenario = "1";
