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
import { nameOf } from "./internal/read-values.ts";

export interface VllmOptions extends EngineOptions {
  /** Switches thinking on or off, for models whose chat template has `enable_thinking`. */
  readonly thinking?: boolean | undefined;
  /** Form of each answer, unless a request says otherwise. */
  readonly structured?: Structured | undefined;
  /** Servers before 0.12 know `guided_json` and its like only. Default `structured_outputs`. */
  readonly structuredField?: "structured_outputs" | "guided" | undefined;
  /**
   * Keeps prefixes apart from those of other salts. A text is the salt of requests that have no `cache_salt` of their own. A
   * function returns that of a tenant (`undefined`: a request without one), and replaces the request's own: what one tenant
   * sends is then never found in another's cache. One that throws, or returns no text, fails the call.
   */
  readonly cacheSalt?: CacheSalt | undefined;
  /** Lower is sooner; the server needs `--scheduling-policy priority`. */
  readonly priority?: number | undefined;
  /** Name of a LoRA adapter that the server has loaded, in place of the base model. */
  readonly lora?: string | undefined;
  /** Most likely tokens that are told at each place, 0 to 20, for checks of certainty. */
  readonly topLogprobs?: number | undefined;
}

export const vllmOptions: OptionTable<VllmOptions, OpenOptions<VllmOptions, "structuredField">> = {
  ...engineOptions,
  thinking,
  structured: structuredOption<NonNullable<VllmOptions["structured"]>>("json", "regex", "choice", "grammar"),
  structuredField: { is: "choice", of: ["structured_outputs", "guided"], default: "structured_outputs" },
  cacheSalt: cacheSaltOption,
  priority,
  lora: { is: "text", optional: true },
  topLogprobs,
};

/** A model on vLLM. Throws `InvalidOptionError`. */
export function vllm(model: string, given: VllmOptions): EngineModel {
  const options = readProviderOptions("vllm", vllmOptions, model, given);
  const { thinking, structured, structuredField, cacheSalt, priority, lora, topLogprobs, ...common } =
    options;
  const salt = saltFields(`vllm:${model}`, cacheSalt);
  const guided = Object.fromEntries(
    Object.entries(structured ?? {}).map(([kind, value]) => [`guided_${kind}`, value]),
  );
  return engineModel(model, common, {
    owner: "vllm",
    name: "vllm",
    served: lora,
    fields: {
      ...thinkingFields(thinking),
      ...(structured !== undefined &&
        (structuredField === "guided" ? guided : { structured_outputs: structured })),
      ...salt.fields,
      ...(priority !== undefined && { priority }),
      ...logprobFields(topLogprobs),
    },
    perCall: salt.perCall,
    refused: foreignForms(
      ["structured_outputs", "guided_json", "guided_regex", "guided_choice", "guided_grammar"],
      "use structured_outputs or response_format",
    ),
    async describe(ask) {
      const models = listed(await ask("/v1/models"));
      const version = nameOf(fieldsOf(await ask("/version").catch(() => undefined))["version"]);
      return { models, ...windowOf(models, lora ?? model), ...(version !== undefined && { version }) };
    },
  });
}
