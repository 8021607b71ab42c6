import type { ModelFacts, RequestFacts } from "../../contracts/index.ts";
import type { OutputToLimit } from "../../contracts/ports/index.ts";
import type { LimitedOutput } from "../../contracts/ports/pricing.ts";
import { leastOutputTokens, limitOutput } from "./limit-output.ts";
import { mostInputTokensOn } from "./most-input-tokens-on.ts";

/** Output limit of a call for which none was asked, where output costs nothing. */
const roomyOutputTokens = 1_024;

/**
 * Returns the output limit of a call under a bound as `limitOutput` does, also where tokens are bounded: it is lowered
 * to what is left of them if that is at least 256.
 */
export function limitOutputAndTokens(call: OutputToLimit): LimitedOutput {
  const limited = limitOutput(call);
  const left = call.left.tokens;
  if (left === undefined) return limited;
  const { model, request, asked, usualOutputTokens, cutAt } = call;
  const most = mostInputTokensOn(model, request);
  const roomy = Math.ceil(4 * Math.max(roomyOutputTokens / 4, usualOutputTokens, cutAt));
  const wanted = limited.outputLimit ?? asked ?? Math.min(model.maxOutputTokens ?? roomy, roomy);
  const payable = Math.floor(left - most);
  if (wanted <= payable) return { ...limited, outputLimit: wanted, tokens: most + wanted };
  if (payable < leastOutputTokens) {
    const least = Math.min(wanted, leastOutputTokens);
    return { ...limited, outputLimit: least, tokens: most + least };
  }
  const { costUsd } = limitOutput({ ...call, asked: payable });
  const from = asked ?? model.maxOutputTokens;
  const reason = `${left} tokens are left of the budget`;
  return {
    outputLimit: payable,
    costUsd,
    tokens: most + payable,
    limited: { from, to: payable, by: "budget", reason },
  };
}

/**
 * Returns the most tokens that a call can use with the smallest output limit that the router gives one. `asked`: the
 * limit of the request, else of the model's defaults.
 */
export function leastTokens(
  model: ModelFacts,
  request: Pick<RequestFacts, "mostInputTokens" | "inputTokens" | "images">,
  asked: number | undefined,
): number {
  const { maxOutputTokens = leastOutputTokens } = model;
  return mostInputTokensOn(model, request) + Math.min(asked ?? maxOutputTokens, leastOutputTokens);
}
