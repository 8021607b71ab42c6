import { InvalidOptionError } from "../../../../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../../../plugin/index.ts";
import type { EngineOptions } from "../engine-options.ts";

interface Extras extends EngineOptions {
  readonly thinking?: unknown;
  readonly structured?: unknown;
  readonly cacheSalt?: unknown;
  readonly priority?: unknown;
  readonly lora?: unknown;
  readonly topLogprobs?: unknown;
}

/** Checks an engine's own options. `kinds`: the forms of `structured` that the engine has. Throws `InvalidOptionError`. */
export function checkExtras(owner: string, options: Extras, kinds: readonly string[]): void {
  const { thinking, structured, cacheSalt, priority, lora, topLogprobs } = options;
  if (thinking !== undefined && typeof thinking !== "boolean")
    throw new InvalidOptionError(`${owner}.thinking`, thinking, "true or false");
  if (cacheSalt !== undefined && typeof cacheSalt !== "function") checkText(`${owner}.cacheSalt`, cacheSalt);
  if (lora !== undefined) checkText(`${owner}.lora`, lora);
  if (priority !== undefined) checkNumber(`${owner}.priority`, priority, { integer: true });
  if (topLogprobs !== undefined)
    checkNumber(`${owner}.topLogprobs`, topLogprobs, { min: 0, max: 20, integer: true });
  if (structured === undefined) return;
  checkKeys(`${owner}.structured`, structured, kinds);
  if (Object.keys(structured as object).length !== 1)
    throw new InvalidOptionError(
      `${owner}.structured`,
      structured,
      `given exactly one of ${kinds.join(", ")}`,
    );
}

/** Fields for the probabilities of tokens. */
export function logprobFields(topLogprobs: number | undefined): object {
  return topLogprobs === undefined ? {} : { logprobs: true, top_logprobs: topLogprobs };
}

/** Field that switches thinking on or off in the chat templates of Qwen and others. */
export function thinkingFields(thinking: boolean | undefined): object {
  return thinking === undefined ? {} : { chat_template_kwargs: { enable_thinking: thinking } };
}
