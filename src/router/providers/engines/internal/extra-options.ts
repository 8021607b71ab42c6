import { InvalidOptionError } from "../../../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../../../plugin/index.ts";

/** Options that several engines have. */
export const thinking = { is: "boolean", optional: true } as const;
export const priority = { is: "number", integer: true, optional: true } as const;
export const topLogprobs = { is: "number", min: 0, max: 20, integer: true, optional: true } as const;

interface Forms {
  readonly json?: Readonly<Record<string, unknown>> | undefined;
  readonly regex?: string | undefined;
  readonly choice?: readonly string[] | undefined;
  readonly grammar?: string | undefined;
}

const forms: OptionTable<Forms, keyof Forms> = {
  json: { is: "record", of: { is: "any" }, optional: true },
  regex: { is: "text", optional: true },
  choice: { is: "list", of: { is: "text", empty: true }, min: 1, optional: true },
  grammar: { is: "text", optional: true },
};

/** Kind of the option `structured`. `kinds`: the forms that the engine has. */
export function structuredOption<Form extends object>(...kinds: readonly (keyof Forms)[]) {
  const expected = `given exactly one of ${kinds.join(", ")}`;
  const table = Object.fromEntries(kinds.map((kind) => [kind, forms[kind]])) as typeof forms;
  return {
    is: "checked",
    check(option: string, given: Form): Form {
      const read = readOptions(option, table, given as Forms);
      if (Object.keys(read).length === 1) return read as Form;
      throw new InvalidOptionError(option, given, expected);
    },
    optional: true,
    expected,
  } as const;
}

/** Fields for the probabilities of tokens. */
export function logprobFields(topLogprobs: number | undefined): object {
  return topLogprobs === undefined ? {} : { logprobs: true, top_logprobs: topLogprobs };
}

/** Field that switches thinking on or off in the chat templates of Qwen and others. */
export function thinkingFields(thinking: boolean | undefined): object {
  return thinking === undefined ? {} : { chat_template_kwargs: { enable_thinking: thinking } };
}
