// Suggestions while typing: an editable combobox with a list box (WAI-ARIA's pattern).
const PAUSE = 200; // Milliseconds without a key before the server is asked.
const SHORTEST = 2;
const OUT_OF_SCOPE = 0.5;

class Suggestions {
  /** `find(text)` resolves to [{provision, heading}]; `choose(match)` is called for the one taken. */
  constructor(input, box, find, choose) {
    Object.assign(this, { input, box, find, choose, matches: [], at: -1, asked: 0 });
    input.addEventListener("input", () => this.ask());
    input.addEventListener("blur", () => this.close());
    box.addEventListener("pointerdown", (event) => event.preventDefault()); // The focus stays in the field.
  }

  ask() {
    clearTimeout(this.timer);
    const text = this.input.value.trim();
    const mine = ++this.asked;
    if (text.length < SHORTEST) return this.close();
    this.timer = setTimeout(async () => {
      const matches = await this.find(text).catch(() => []);
      if (mine === this.asked && this.input.matches(":focus")) this.show(matches);
    }, PAUSE);
  }

  show(matches) {
    this.matches = matches;
    this.box.replaceChildren(...matches.map((match, i) => make("li", {
      id: `option-${i}`, role: "option", "aria-selected": "false", onclick: () => this.take(i),
    }, match.heading)));
    this.move(-1);
    this.box.hidden = !matches.length;
    this.input.setAttribute("aria-expanded", matches.length > 0);
  }

  cancel() {
    clearTimeout(this.timer);
    this.asked += 1;
  }

  close() {
    this.cancel();
    this.show([]);
  }

  move(at) {
    this.at = at;
    [...this.box.children].forEach((option, i) => option.setAttribute("aria-selected", i === at));
    if (at < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", `option-${at}`);
    this.box.children[at].scrollIntoView({ block: "nearest" });
  }

  take(i) {
    const match = this.matches[i];
    this.close();
    this.choose(match);
  }

  /** Whether the key was one for the list. */
  key(event) {
    if (!this.matches.length) return false;
    if (event.key.startsWith("Arrow")) this.cancel(); // No late answer moves the list under the reader.
    const last = this.matches.length - 1;
    if (event.key === "ArrowDown") this.move(this.at === last ? -1 : this.at + 1);
    else if (event.key === "ArrowUp") this.move(this.at < 0 ? last : this.at - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.at >= 0) this.take(this.at);
    else return false;
    return true;
  }
}
