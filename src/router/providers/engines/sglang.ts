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
import { type CacheSalt, cacheSaltOption, saltFields } from "./internal/cache-salt.ts";
import { engineModel } from "./internal/engine-model.ts";
import {
  logprobFields,
  priority,
  structuredOption,
  thinking,
  thinkingFields,
  topLogprobs,
} from "./internal/extra-options.ts";
import { foreignForms } from "./internal/forms.ts";
import { listed, windowOf } from "./internal/listed.ts";
import { tokensOf } from "./internal/read-values.ts";

export interface SglangOptions extends EngineOptions {
  /** See `VllmOptions`. */
  readonly thinking?: boolean | undefined;
  /** Form of each answer: a JSON schema, a regular expression, or EBNF. */
  readonly structured?: Exclude<Structured, { readonly choice: unknown }> | undefined;
  /**
   * See `VllmOptions`. SGLang has the field since 0.5.3 (October 2025, sgl-project/sglang#10718), but its cache obeys it only
   * since April 2026 (#23300): an older server takes the salt, and keeps nothing apart.
   */
  readonly cacheSalt?: CacheSalt | undefined;
  readonly priority?: number | undefined;
  readonly topLogprobs?: number | undefined;
}

export const sglangOptions: OptionTable<SglangOptions, OpenOptions<SglangOptions>> = {
  ...engineOptions,
  thinking,
  structured: structuredOption<NonNullable<SglangOptions["structured"]>>("json", "regex", "grammar"),
  cacheSalt: cacheSaltOption,
  priority,
  topLogprobs,
};

/** A model on SGLang. Throws `InvalidOptionError`. */
export function sglang(model: string, given: SglangOptions): EngineModel {
  const options = readProviderOptions("sglang", sglangOptions, model, given);
  const { thinking, structured, cacheSalt, priority, topLogprobs, ...common } = options;
  const salt = saltFields(`sglang:${model}`, cacheSalt);
  return engineModel(model, common, {
    owner: "sglang",
    name: "sglang",
    fields: {
      ...thinkingFields(thinking),
      ...(structured !== undefined && structuredFields(structured)),
      ...salt.fields,
      ...(priority !== undefined && { priority }),
      ...logprobFields(topLogprobs),
    },
    perCall: salt.perCall,
    refused: foreignForms(["regex", "ebnf", "json_schema"], "use response_format, regex or ebnf"),
    async describe(ask) {
      const models = listed(await ask("/v1/models"));
      // The older name is deprecated since `/server_info` is there.
      const stated = await ask("/server_info").catch(() => ask("/get_server_info").catch(() => undefined));
      const info = fieldsOf(stated);
      const contextWindow = windowOf(models, model).contextWindow ?? tokensOf(info["context_length"]);
      const slots = tokensOf(info["max_running_requests"]);
      return { models, ...(contextWindow && { contextWindow }), ...(slots && { slots }) };
    },
  });
}

function structuredFields(structured: NonNullable<SglangOptions["structured"]>): object {
  if ("regex" in structured) return { regex: structured.regex };
  if ("grammar" in structured) return { ebnf: structured.grammar };
  const json_schema = { name: "answer", schema: structured.json };
  return { response_format: { type: "json_schema", json_schema } };
}
