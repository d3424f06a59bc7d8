// What is wrong with the page that is shown, as a list of sentences.
const found = [];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) found.push(`scrolls sideways: ${root.scrollWidth} px in ${root.clientWidth}`);

const visible = (e) => {
  const box = e.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && box.right > 0 && getComputedStyle(e).visibility === "visible";
};
const channels = (text) => {
  const numbers = text.match(/[\d.]+/g).map(Number);
  return numbers.length === 4 ? numbers : [...numbers, 1];
};
const luminance = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const paper = (e) => {
  for (let at = e; at; at = at.parentElement) {
    const colour = channels(getComputedStyle(at).backgroundColor);
    if (colour[3] > 0) return colour;
  }
  return [255, 255, 255, 1];
};
const ratio = (a, b) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};
const name = (e) => `<${e.localName}> "${(e.textContent || e.id || e.name || "").trim().slice(0, 30)}"`;

for (const e of document.body.querySelectorAll("*")) {
  const hasText = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!visible(e) || !(hasText || e.localName === "input")) continue;
  const box = e.getBoundingClientRect();
  if (hasText && box.width < 24 && box.height > 60) found.push(`squeezed to ${box.width.toFixed(0)} px: ${name(e)}`);
  const seen = ratio(channels(getComputedStyle(e).color), paper(e));
  if (seen < 4.5) found.push(`contrast ${seen.toFixed(2)}: ${name(e)}`);
}
for (const e of document.querySelectorAll("button, input:not([type=hidden]):not([type=checkbox]), nav a, .links a")) {
  const box = e.getBoundingClientRect();
  if (visible(e) && box.height < 43.5) found.push(`only ${box.height.toFixed(0)} px high: ${name(e)}`);
}
for (const e of document.querySelectorAll("input:not([type=hidden])")) {
  if (visible(e) && !e.labels.length) found.push(`no label: ${name(e)}`);
  const described = (e.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
  for (const id of described) if (!document.getElementById(id)) found.push(`describedby leads nowhere: ${id}`);
}
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) found.push(`id twice: ${id}`);
if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one h1");
if (!document.querySelector("main")) found.push("no main");
return found;
