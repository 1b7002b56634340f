// The owner's colour, as text can be read in it and on it in both themes.
const DARK_ENOUGH = 0.14; // Luminance that leaves 4.5:1 with every light ground of tokens.css,
const LIGHT_ENOUGH = 0.33; // and with every dark one.

function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => (part > 10 ? ((part / 255 + 0.055) / 1.055) ** 2.4 : part / 3295));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The colour, mixed with black (0) or white (255) until it fits. */
function mixed(rgb, end, fits) {
  for (let part = 0; ; part += 0.05) {
    const mix = rgb.map((each) => Math.round(each + (end - each) * part));
    if (fits(luminance(mix))) return `rgb(${mix})`;
  }
}

/** A style for the host, or none where CSS knows no such colour. */
function coloured(host, colour) {
  host.style.color = colour;
  const computed = host.style.color && getComputedStyle(host).color;
  host.style.color = "";
  const rgb = computed.startsWith("rgb") && computed.match(/[\d.]+/g).slice(0, 3).map(Number);
  return rgb && `:host { --cw-blue: ${mixed(rgb, 0, (light) => light <= DARK_ENOUGH)} }
    @media (prefers-color-scheme: dark) { :host { --cw-blue: ${mixed(rgb, 255, (light) => light >= LIGHT_ENOUGH)} } }`;
}
