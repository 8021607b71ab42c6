import { escapeHtml } from "./escape-html.ts";

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

/** Name that moves to the next line instead of breaking at a hyphen, unless it is long. */
export function nameOf(name: string): Markup {
  return name.length > mostUnbroken ? html`${name}` : html`<span class="name">${name}</span>`;
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
