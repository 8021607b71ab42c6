import { byId } from "./dom.js";
import { armCards, rolloutCard } from "./rollout-card.js";
import { budgetCard, complexityCard, driftCard, newsCard, poolCard, promiseCard } from "./state-cards.js";

/** @type {Map<string, { text: string, element: HTMLElement }>} cards by name, with what they show */
let before = new Map();

/** Shows all that is a state. A card that shows the same as before stays, with what is selected or focused in it. */
export function showCards(/** @type {any} */ { states, kind, now, complexity }) {
  const { rollouts = [], arms, promises = [] } = states;
  const others = arms.filter(
    (/** @type {any} */ one) => !rollouts.some((/** @type {any} */ rollout) => rollout.id === one.comparison),
  );
  /** @type {[string, any, (input: any) => HTMLElement][]} */
  const wanted = [
    ...rollouts.map((/** @type {any} */ rollout) => {
      const own = arms.find((/** @type {any} */ one) => one.comparison === rollout.id);
      return [`rollout ${rollout.id}`, { rollout, own, now }, rolloutCard];
    }),
    ...armCards(others, rollouts.length > 0, kind),
    ["budgets", { budgets: states.budgets, kind, now }, budgetCard],
    ["pools", states.pools, poolCard],
    ["drift", { drift: states.drift, kind }, driftCard],
    ["complexity", complexity, complexityCard],
    ...promises
      .slice(1)
      .map((/** @type {any} */ promise) => [`promise ${promise.name}`, promise, promiseCard]),
    ["news", { news: states.news, breakers: states.breakers, unreadable: states.unreadable, now }, newsCard],
  ];
  const after = new Map();
  for (const [key, input, draw] of wanted) {
    const text = JSON.stringify(input) ?? "";
    const known = before.get(key);
    if (known?.text === text) after.set(key, known);
    else {
      const element = draw(input);
      known?.element.replaceWith(element);
      after.set(key, { text, element });
    }
  }
  const isSame = [...after.keys()].join("\n") === [...before.keys()].join("\n");
  before = after;
  if (!isSame) byId("cards").replaceChildren(...[...after.values()].map(({ element }) => element));
}
