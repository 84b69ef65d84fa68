// The desk's own words in the language of the page: `_("With {name}", { name })`, and for numbers
// `_.count("1 case", "{count} cases", count)`. The server generates the module with the texts of a language.
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const { texts, plural } = await catalogue(document.documentElement.dataset.texts);

export const language = document.documentElement.lang || "en";

export function _(text, values = {}) {
  return filled(texts[text] ?? text, values);
}

_.count = (one, several, count, values = {}) => {
  const form = texts[one]?.[plural(count)] ?? (count === 1 ? one : several);
  return filled(form, { count, ...values });
};

async function catalogue(address) {
  const english = { texts: {}, plural: (n) => Number(n !== 1) };
  if (!address) return english;
  try {
    return await import(address);
  } catch (error) {
    // A desk in English is better than none.
    console.warn(error.message);
    return english;
  }
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? isolated(String(values[name])) : whole));
}

// An Arabic name must not turn the sentence around it.
function isolated(value) {
  return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
}
