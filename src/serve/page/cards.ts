import type { FrameSource, FrameStates } from "../status/frame.ts";
import type { PageElement } from "./element.ts";
import { promiseCard } from "./promise-card.ts";
import { armCard, noRolloutCard, rolloutCard } from "./rollout-card.ts";
import { budgetCard, complexityCard, driftCard, newsCard, poolCard } from "./state-cards.ts";

/** A card with all that it shows: one that shows the same as before need not be drawn again. */
export interface StateCard {
  readonly key: string;
  /** JSON of what it shows. */
  readonly input: string;
  draw(): PageElement;
}

function of<T>(key: string, input: T, draw: (input: T) => PageElement): StateCard {
  return { key, input: JSON.stringify(input) ?? "", draw: () => draw(input) };
}

/** Cards of all that is a state, in their order. */
export function cardsOf({
  states,
  kind,
  now,
  complexity,
}: {
  readonly states: FrameStates;
  readonly kind: FrameSource["kind"];
  readonly now: number;
  readonly complexity: readonly number[];
}): readonly StateCard[] {
  const { rollouts = [], arms, promises = [], budgets, pools, drift, news, breakers, unreadable } = states;
  const others = arms.filter((one) => !rollouts.some(({ id }) => id === one.comparison));
  return [
    ...rollouts.map((rollout) => {
      const own = arms.find((one) => one.comparison === rollout.id);
      return of(`rollout ${rollout.id}`, { rollout, own, now }, rolloutCard);
    }),
    ...others.map((one) => of(`arms ${one.comparison}`, one, armCard)),
    ...(others.length + rollouts.length === 0 ? [of("no rollout", kind, noRolloutCard)] : []),
    of("budgets", { budgets, kind, now }, budgetCard),
    of("pools", pools, poolCard),
    of("drift", { drift, kind }, driftCard),
    of("complexity", complexity, complexityCard),
    ...promises.slice(1).map((promise) => of(`promise ${promise.name}`, promise, promiseCard)),
    of("news", { news, breakers, unreadable, now }, newsCard),
  ];
}
