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

/** A random UUID; `crypto.randomUUID` is missing on pages without https. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
