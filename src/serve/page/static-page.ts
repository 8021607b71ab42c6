import { escapeHtml } from "../../plugin/escape-html.ts";
import { type Child, h, type PageElement } from "./element.ts";
import { pill, type Tone } from "./parts.ts";
import { style } from "./style.generated.ts";
import { toHtml } from "./to-html.ts";

/** Returns a page as one HTML file without scripts, which loads nothing and sends nothing. `body` is HTML. */
export function pageFile({
  title,
  style,
  body,
}: {
  readonly title: string;
  readonly style: string;
  readonly body: string;
}): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
${body}
</html>
`;
}

export interface StaticPage {
  readonly title: string;
  /** Subject of the page, and its time. */
  readonly top: readonly [about: Child, at: Child];
  /** State in a word, and one sentence for someone who knows nothing of it. */
  readonly state: readonly [text: string, tone: Tone];
  readonly headline: string;
  readonly lead: readonly Child[];
  /** Figures of the first screen. */
  readonly facts: readonly Fact[];
  readonly cards: readonly Child[];
  readonly footer: readonly (readonly [name: string, value: Child])[];
}

export interface Fact {
  readonly name: string;
  readonly figure: string;
  readonly range: string;
  readonly about: string;
}

/** A page that is a file, with the style and the cards of the live page. All texts are treated as hostile. */
export function staticPage({ title, top, state, headline, lead, facts, cards, footer }: StaticPage): string {
  const body = h(
    "body",
    { class: "paper" },
    h("header", { class: "top" }, h("p", {}, top[0]), h("p", {}, top[1])),
    h(
      "main",
      { class: "board" },
      h(
        "section",
        { class: "card headline" },
        pill(...state),
        h("h1", {}, headline),
        h("p", { class: "lead" }, ...lead),
      ),
      h("section", { class: "facts", "aria-label": "Figures" }, ...facts.map(tile)),
      ...cards,
    ),
    h(
      "footer",
      {},
      h(
        "dl",
        {},
        ...footer.flatMap(([name, value]) => (value ? [h("dt", {}, name), h("dd", {}, value)] : [])),
      ),
    ),
  );
  return pageFile({ title, style, body: toHtml(body) });
}

function tile({ name, figure, range, about }: Fact): PageElement {
  return h(
    "article",
    { class: "card tile" },
    h("h2", {}, name),
    h("p", { class: "figure" }, h("strong", {}, figure)),
    h("p", { class: "range" }, range),
    h("p", { class: "note" }, about),
  );
}

/** A section of a page that is a file, with its heading. */
export function section(id: string, heading: readonly Child[], ...content: readonly Child[]): PageElement {
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, ...heading), ...content);
}
