import { cardsOf } from "../cards.ts";
import { byId, make } from "./dom.js";

/** @type {Map<string, { input: string, element: HTMLElement }>} cards by name, with what they show */
let before = new Map();

/** Shows all that is a state. A card that shows the same as before stays, with what is selected or focused in it. */
export function showCards(/** @type {Parameters<typeof cardsOf>[0]} */ shown) {
  const after = new Map();
  for (const { key, input, draw } of cardsOf(shown)) {
    const known = before.get(key);
    if (known?.input === input) after.set(key, known);
    else {
      const element = make(draw());
      known?.element.replaceWith(element);
      after.set(key, { input, element });
    }
  }
  const isSame = [...after.keys()].join("\n") === [...before.keys()].join("\n");
  before = after;
  if (!isSame) byId("cards").replaceChildren(...[...after.values()].map(({ element }) => element));
}
