import type { ModelFacts, Usage } from "../../contracts/index.ts";

/** Models that are remembered by name, with and without an effort that was asked for. */
const mostNames = 1_000;
/** Answers that must have shown all of their output before a stream that is left early is billed by what it showed. */
const enoughShown = 20;
/** The same after an answer that did not. */
const enoughAfterHidden = 200;
/** An estimate is at most this many times too low, and by this many tokens more. */
const estimateError = 1.5;
const fewTokens = 64;

/** Knows which models bill output that their answers do not show, as most that reason do. */
export interface HiddenOutput {
  /** Notes a whole answer. `shown`: estimate of the tokens that it shows. */
  learn(model: ModelFacts, effort: string | undefined, usage: Usage, shown: () => number): void;
  /**
   * True if the model may have written more than it has shown. Before its first whole answer: if the request asks for an
   * effort of reasoning, or the model is known to reason.
   */
  mayHide(model: ModelFacts, effort: string | undefined): boolean;
}

export function createHiddenOutput(): HiddenOutput {
  /** Answers that are still to show all of their output. */
  const left = new Map<string, number>();
  const keyOf = (model: ModelFacts, effort: string | undefined) =>
    `${isAsked(effort) ? "asked" : "usual"} ${model.name}`;
  const mayReason = (model: ModelFacts, effort: string | undefined) =>
    isAsked(effort) || (effort === undefined && model.capabilities?.reasoning === true);

  return {
    learn(model, effort, usage, shown) {
      const key = keyOf(model, effort);
      const known = left.get(key);
      const isSuspect = (usage.reasoningTokens ?? 0) > 0 || (known ?? 0) > 0 || mayReason(model, effort);
      if (!isSuspect) return;
      const isHidden = usage.outputTokens > estimateError * shown() + fewTokens;
      if (known === undefined && left.size >= mostNames) return;
      left.set(key, isHidden ? enoughAfterHidden : Math.max(0, (known ?? enoughShown) - 1));
    },
    mayHide(model, effort) {
      const known = left.get(keyOf(model, effort));
      return known === undefined ? mayReason(model, effort) : known > 0;
    },
  };
}

function isAsked(effort: string | undefined): boolean {
  return effort !== undefined && effort !== "none";
}
