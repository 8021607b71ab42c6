import { type Content, html, type Markup, unbroken } from "../html.ts";

/** Level of a page's verdict, as in the report of routing. */
export type Level = "go" | "care" | "wait" | "no";

export interface Head {
  readonly kicker: readonly [left: Content, right: Content];
  readonly level: Level;
  readonly status: string;
  readonly headline: string;
  readonly lead: Content;
}

/** First lines of a page: what it is about, the state in a word, and one sentence. */
export function headOf({ kicker: [left, right], level, status, headline, lead }: Head): Markup {
  return html`<p class="kicker"><span>${left}</span> <span>${right}</span></p>
<p class="status ${level}"><span>${status}</span></p>
<h1>${unbroken(headline)}</h1>
<p class="lead">${lead}</p>`;
}

export interface Fact {
  readonly name: string;
  readonly figure: string;
  readonly range: string;
  readonly about: Content;
}

/** Figures of the first screen. */
export function factsOf(facts: readonly Fact[]): Markup {
  return html`<dl class="facts">${facts.map(
    ({ name, figure, range, about }) => html`<div><dt>${name}</dt>
<dd><div class="figure">${unbroken(figure)}</div>
<div class="range">${unbroken(range)}</div><div class="about">${typeof about === "string" ? unbroken(about) : about}</div></dd></div>
`,
  )}</dl>`;
}

export function footerOf(entries: readonly (readonly [string, Content])[]): Markup {
  return html`<footer><dl>
${entries
  .filter(([, value]) => value)
  .map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>
`,
  )}</dl></footer>`;
}

/** Sentences that a reader must know. */
export function warningPanel(title: string, sentences: readonly string[], kind = ""): Content {
  return (
    sentences.length > 0 &&
    html`<section class="panel ${kind}" aria-labelledby="warnings"><h2 id="warnings">${title}</h2>
<ul>${sentences.map((sentence) => html`<li>${unbroken(sentence)}</li>`)}</ul></section>`
  );
}

/** Date and time of a text in ISO 8601, to the minute in UTC; the text itself if it is none. */
export function timeOf(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time)
    ? at.slice(0, 40)
    : `${new Date(time).toISOString().replace("T", " ").slice(0, 16)} UTC`;
}

/** A word in the colours of a level. */
export function word(text: string, level: "go" | "care" | "no" | ""): Markup {
  return html`<span class="${level === "" ? "" : `word ${level}`}">${text}</span>`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
