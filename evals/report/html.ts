import { escapeHtml } from "../../src/plugin/escape-html.ts";

/** HTML that may be put into a page unchanged: only `html` and the plots create it. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Content = string | number | Markup | undefined | false | readonly Content[];

/** Template whose values are escaped unless they are markup; absent ones are left out, lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const source = parts.map((part, index) => (index === 0 ? part : sourceOf(values[index - 1]) + part));
  return new Markup(source.join(""));
}

/** Longest name that fits into a line of a phone. */
const mostUnbroken = 24;

/** Most characters of a name that are shown. */
const mostShown = 160;

/**
 * Name that moves to the next line instead of breaking at a hyphen, unless it is long. Its direction is its own, so
 * that Hebrew or Arabic does not turn the words around it.
 */
export function nameOf(name: string): Markup {
  return html`<bdi class="${name.length > mostUnbroken ? "long name" : "name"}">${cut(name)}</bdi>`;
}

/** Leaves the middle of a very long name out. */
export function cut(name: string): string {
  if (name.length <= mostShown) return name;
  const shown = [...name];
  return shown.length <= mostShown
    ? name
    : `${shown.slice(0, mostShown - 40).join("")}…${shown.slice(-39).join("")}`;
}

/** Text in which names of models are marked up as names. */
export function withNames(text: string, names: readonly string[]): Content {
  const [name, ...rest] = [...names].filter((one) => one.length > 1).sort((a, b) => b.length - a.length);
  if (name === undefined || rest.length > 20) return text;
  return text.split(name).map((part, index) => html`${index > 0 && nameOf(name)}${withNames(part, rest)}`);
}

/** Keeps numbers on one line with their signs and intervals. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=%|\[)|(?<=\[[^\s\]]{1,20},) /g, "$1\u00a0");
}

function sourceOf(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Markup) return content.source;
  if (typeof content === "object") return content.map(sourceOf).join("");
  return escapeHtml(String(content));
}
