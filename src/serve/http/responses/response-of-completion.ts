import type { Completion } from "../../../contracts/index.ts";
import { thinkingOfMessage } from "../../../plugin/signed.ts";
import type { Fields } from "../fields.ts";
import {
  callItem,
  type OutputItem,
  reasoningItem,
  refusalItem,
  responseOf,
  textItem,
} from "./response-parts.ts";

/** Returns a whole answer as a response. */
export function responseOfCompletion(completion: Completion, model: string, body: Fields): Fields {
  const { id, created, choices, usage } = completion;
  const [choice] = choices;
  const output: OutputItem[] = [];
  const next = (kind: string) => `${kind}_${id}_${output.length}`;
  const thinking = thinkingOfMessage(choice?.message);
  if (thinking !== undefined) output.push(reasoningItem(next("rs"), thinking.blocks, thinking.writer));
  const { content, refusal, tool_calls: calls = [] } = choice?.message ?? {};
  if (content) output.push(textItem(next("msg"), content, "completed"));
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
    output.push(callItem(next("fc"), parts, "completed"));
  }
  const finish = choice?.finish_reason ?? "stop";
  return responseOf({ id, created, model, body }, output, { finish, usage });
}
