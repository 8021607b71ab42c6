import { type Content, html, type Markup } from "./html.ts";

/** Section that is folded under its heading, with the gist of it next to it. On paper it is unfolded. */
export function fold(id: string, title: Content, gist: Content, content: Content): Markup {
  return html`<section class="fold" aria-labelledby="${id}"><details>
<summary><h2 id="${id}">${title}</h2>${gist && html` <span class="gist">${gist}</span>`}</summary>
<div class="folded">${content}</div>
</details></section>`;
}
