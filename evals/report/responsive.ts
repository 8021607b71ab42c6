import { html, type Markup } from "./html.ts";

const wide = 880;
const narrow = 350;

/** Draws a plot for a page and for a phone; the style sheet shows one of the two. */
export function responsive(draw: (width: number) => Markup | undefined): Markup | undefined {
  const drawn = draw(wide);
  return (
    drawn && html`<figure><div class="wide">${drawn}</div><div class="narrow">${draw(narrow)}</div></figure>`
  );
}
