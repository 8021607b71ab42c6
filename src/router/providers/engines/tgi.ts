import { fieldsOf } from "../../../plugin/fields-of.ts";
import type { OptionTable } from "../../../plugin/index.ts";
import { readProviderOptions } from "../internal/provider-options.ts";
import {
  type EngineModel,
  type EngineOptions,
  engineOptions,
  type OpenOptions,
  type Structured,
} from "./engine-options.ts";
import { engineModel } from "./internal/engine-model.ts";
import { logprobFields, structuredOption, topLogprobs } from "./internal/extra-options.ts";
import { foreignForms } from "./internal/forms.ts";
import { nameOf, tokensOf } from "./internal/read-values.ts";

export interface TgiOptions extends EngineOptions {
  /** Form of each answer: a JSON schema, or a regular expression. */
  readonly structured?:
    | Exclude<Structured, { readonly choice: unknown } | { readonly grammar: unknown }>
    | undefined;
  readonly topLogprobs?: number | undefined;
}

export const tgiOptions: OptionTable<TgiOptions, OpenOptions<TgiOptions>> = {
  ...engineOptions,
  structured: structuredOption<NonNullable<TgiOptions["structured"]>>("json", "regex"),
  topLogprobs,
};

/** A model on Text Generation Inference, which its makers only maintain. Throws `InvalidOptionError`. */
export function tgi(model: string, given: TgiOptions): EngineModel {
  const options = readProviderOptions("tgi", tgiOptions, model, given);
  const { structured, topLogprobs, ...common } = options;
  const response_format =
    structured === undefined
      ? undefined
      : "regex" in structured
        ? { type: "regex", value: structured.regex }
        : { type: "json", value: structured.json };
  return engineModel(model, common, {
    owner: "tgi",
    name: "tgi",
    fields: { ...(response_format && { response_format }), ...logprobFields(topLogprobs) },
    ignored: ["chat_template_kwargs", "priority", "parallel_tool_calls", "reasoning_effort"],
    refused: {
      cache_salt: "TGI keeps no prefixes apart by a salt",
      ...foreignForms([], "use response_format"),
    },
    async describe(ask) {
      const info = fieldsOf(await ask("/info"));
      const id = nameOf(info["model_id"]);
      const version = nameOf(info["version"]);
      const contextWindow = tokensOf(info["max_total_tokens"]);
      const slots = tokensOf(info["max_concurrent_requests"]);
      return {
        models: id === undefined ? [] : [{ id, ...(contextWindow && { contextWindow }) }],
        ...(version && { version }),
        ...(contextWindow && { contextWindow }),
        ...(slots && { slots }),
      };
    },
  });
}
