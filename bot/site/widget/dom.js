// The texts by language and name. They are sent as lists, or each name would be sent three times.
const TEXTS = Object.fromEntries(Object.entries(WORDS).map(([language, words]) =>
  [language, Object.fromEntries(NAMES.split(" ").map((name, i) => [name, words[i]]))]));

// Everything shown is made with text nodes, never as HTML.
function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node && !name.includes("-")) node[name] = value;
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(3).filter((child) => child || child === 0));
  return node;
}

const button = (title, onclick, properties = {}) => make("button", { type: "button", onclick, ...properties }, title);

function link(address, text = address.replace(/^https?:\/\/|\/$/gi, "").replace(/(.{48}).+/, "$1…")) {
  const href = /^https?:\/\//i.test(address) ? address : (address[0] === "/" ? HOST : "https://") + address;
  return make("a", { href, target: "_blank", rel: "noreferrer" }, text);
}

const phone = (number) => make("a", { href: `tel:${number.replace(/[^\d+]/g, "")}` }, number);

/** Text with its addresses (a list's path too) and public hotlines as links, and its dates kept on one line. */
function linked(text) {
  const parts = text.split(/((?:https?:\/\/[\w.:-]+|[\w.-]+\.cn\b)(?:\/[\w./?=&#%-]*)?|\/[\w-]+\/lists\/[\w-]+|\b123\d\d\b|\d{4}-\d\d-\d\d)/);
  const special = (part) => (/^\d{5}$/.test(part) ? phone(part)
    : /^\d{4}-/.test(part) ? make("span", { className: "date" }, part) : link(part));
  return parts.map((part, i) => (i % 2 ? special(part) : part));
}

const list = (items) => (items.length ? make("ul", {}, items.map((item) => make("li", {}, item))) : []);

/** A random UUID, digit by digit; `crypto.randomUUID` is missing on pages without https. */
const newId = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
