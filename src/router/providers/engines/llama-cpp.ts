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
import {
  logprobFields,
  structuredOption,
  thinking,
  thinkingFields,
  topLogprobs,
} from "./internal/extra-options.ts";
import { foreignForms } from "./internal/forms.ts";
import { listed } from "./internal/listed.ts";
import { tokensOf } from "./internal/read-values.ts";

export interface LlamaCppOptions extends EngineOptions {
  /** See `VllmOptions`; the server needs `--jinja`. */
  readonly thinking?: boolean | undefined;
  /** Form of each answer: a JSON schema, or a grammar in GBNF. */
  readonly structured?:
    | Extract<Structured, { readonly json: unknown } | { readonly grammar: unknown }>
    | undefined;
  readonly topLogprobs?: number | undefined;
}

export const llamaCppOptions: OptionTable<LlamaCppOptions, OpenOptions<LlamaCppOptions>> = {
  ...engineOptions,
  thinking,
  structured: structuredOption<NonNullable<LlamaCppOptions["structured"]>>("json", "grammar"),
  topLogprobs,
};

/** A model on llama.cpp's server. Throws `InvalidOptionError`. */
export function llamaCpp(model: string, given: LlamaCppOptions): EngineModel {
  const options = readProviderOptions("llamaCpp", llamaCppOptions, model, given);
  const { thinking, structured, topLogprobs, ...common } = options;
  return engineModel(model, common, {
    owner: "llamaCpp",
    name: "llama.cpp",
    fields: {
      ...thinkingFields(thinking),
      ...(structured &&
        ("json" in structured ? { json_schema: structured.json } : { grammar: structured.grammar })),
      ...logprobFields(topLogprobs),
    },
    ignored: ["priority"],
    // An object is read as "auto" (tools/server/server-common.cpp of 0.6.0-dev, October 2026; run on 0.5.0 in September 2026).
    readsToolChoice: "word",
    refused: {
      cache_salt: "llama.cpp keeps no prefixes apart by a salt",
      ...foreignForms(["grammar", "json_schema"], "use json_schema or grammar"),
    },
    async describe(ask) {
      const models = listed(await ask("/v1/models"));
      const props = fieldsOf(await ask("/props"));
      const settings = fieldsOf(props["default_generation_settings"]);
      const { vision } = fieldsOf(props["modalities"]);
      const { supports_tools } = fieldsOf(props["chat_template_caps"]);
      const contextWindow = tokensOf(settings["n_ctx"]) ?? tokensOf(props["n_ctx"]);
      const slots = tokensOf(props["total_slots"]);
      const capabilities = {
        ...(typeof vision === "boolean" && { images: vision }),
        ...(typeof supports_tools === "boolean" && { tools: supports_tools }),
      };
      return {
        models,
        ...(contextWindow && { contextWindow }),
        ...(slots && { slots }),
        ...(Object.keys(capabilities).length > 0 && { capabilities }),
      };
    },
  });
}
