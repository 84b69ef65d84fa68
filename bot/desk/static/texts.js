// The desk's own words: `_("text {name}", { name })` in the language of the page.
export function _(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
