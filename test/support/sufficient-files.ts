import type { SufficientFile } from "../../policies/checks/index.ts";

const common = {
  formatVersion: 1,
  kind: "sufficient",
  version: "0123456789ab",
  small: "s",
  large: "l",
} as const;
/** Tokens, length and digits of the ask, doubt. */
const own = { means: [2, 3, 0, -2], deviations: [1, 1, 1, 1], weights: [0, 0, 0, 0.2] };
/** Tokens, length and digits of the ask, hedging, format, contradiction, length of the text. */
const signs = {
  means: [2, 3, 0, 0, 0, 0, 4],
  deviations: [1, 1, 1, 1, 1, 1, 1],
  weights: [0, 0, 0, 0.1, 0.5, 0.5, 0],
};

/** Files for `sufficient` of each kind, made by hand. */
export const sufficientFiles = {
  logprob: { ...common, score: "logprob", min: -0.3 },
  /** Doubt alone counts: the rank of the log-probability and that of the gain agree. */
  blend: {
    ...common,
    score: "blend",
    min: 0.5,
    gain: {
      logprob: true,
      signals: false,
      categories: ["code"],
      intercept: 0,
      means: [...own.means, 0, 0],
      deviations: [...own.deviations, 1, 1],
      weights: [...own.weights, 0.3, 0],
      gains: [-1, 0, 1],
      logprobs: [-2, -0.2, 0],
    },
  },
  /** An error of format or a contradiction costs half. */
  text: {
    ...common,
    score: "text",
    min: 0.6,
    gain: {
      logprob: false,
      signals: true,
      categories: [],
      intercept: 0,
      ...signs,
      gains: [-1, 0, 0.5, 1],
      logprobs: [],
    },
  },
} as const satisfies Record<string, SufficientFile>;
