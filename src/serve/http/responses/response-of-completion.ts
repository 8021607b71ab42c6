import type { Completion, CompletionMessage } from "../../../contracts/index.ts";
import type { Fields } from "../fields.ts";
import type { ClientTools } from "./client-tools.ts";
import {
  imageItem,
  type OutputItem,
  reasoningItem,
  refusalItem,
  responseOf,
  textItem,
} from "./response-parts.ts";

/** Returns a whole answer as a response. */
export function responseOfCompletion(
  completion: Completion,
  model: string,
  body: Fields,
  tools: ClientTools,
): Fields {
  const { id, created, choices, usage, service_tier: tier } = completion;
  const [choice] = choices;
  const output: OutputItem[] = [];
  const next = (kind: string) => `${kind}_${id}_${output.length}`;
  const add = (item: OutputItem | undefined) => {
    if (item !== undefined) output.push(item);
  };
  const message: Partial<CompletionMessage> = choice?.message ?? {};
  const { content, refusal, tool_calls: calls = [], images = [], annotations, phase } = message;
  add(reasoningItem(next("rs"), message));
  for (const image of images) add(imageItem(next("ig"), image));
  if (content) output.push(textItem(next("msg"), content, "completed", { annotations, phase }));
  if (refusal) output.push(refusalItem(next("msg"), refusal));
  for (const call of calls) {
    const parts =
      call.type === "function"
        ? ({
            kind: "function",
            callId: call.id,
            name: call.function.name,
            text: call.function.arguments,
          } as const)
        : ({ kind: "custom", callId: call.id, name: call.custom.name, text: call.custom.input } as const);
    output.push(tools.itemOf(next("fc"), parts, "completed"));
  }
  const finish = choice?.finish_reason ?? "stop";
  return responseOf({ id, created, model, body }, output, { finish, usage, tier });
}
