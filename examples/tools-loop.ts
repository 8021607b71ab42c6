/**
 * A loop of tool calls over a conversation whose model may change. `sticky` keeps the model while a tool call waits for
 * its result, and until a change pays; the messages go back unchanged, whichever model wrote them.
 * Needs OPENAI_API_KEY and ANTHROPIC_API_KEY.
 */
import { type ChatRequest, createRouter } from "switchpoint";
import { sticky, threshold } from "switchpoint/policies";
import { anthropic } from "switchpoint/providers/anthropic";
import { openai } from "switchpoint/providers/openai";

const router = createRouter({
  models: { small: openai("gpt-5.4-mini"), large: anthropic("claude-opus-5") },
  policy: sticky(threshold({ small: "small", large: "large", largeShare: 0.3 })),
});

const tools: ChatRequest["tools"] = [
  {
    type: "function",
    function: {
      name: "population",
      description: "Number of inhabitants of a city",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];
/** Arguments come from a model: they may be anything, also no JSON. The model is told, and may try again. */
function population(text: string): object {
  try {
    const { city } = JSON.parse(text) as { city?: unknown };
    return city === "Paris" ? { city, inhabitants: 2_103_778 } : { error: "this city is not known" };
  } catch {
    return { error: "the arguments are not JSON" };
  }
}

const messages: ChatRequest["messages"] = [];
const used: string[] = [];

/** Asks, runs the tools that the model calls, and returns its answer. At most five rounds. */
async function ask(content: string): Promise<string> {
  messages.push({ role: "user", content });
  for (let round = 0; round < 5; round += 1) {
    const { completion, text, decision } = await router.route({ session: "chat-1", messages, tools });
    used.push(decision.model);
    const message = completion.choices[0]?.message;
    if (message === undefined) return text;
    messages.push(message);
    const calls = message.tool_calls ?? [];
    if (calls.length === 0) return text;
    for (const call of calls) {
      if (call.type !== "function") continue;
      const content = JSON.stringify(population(call.function.arguments));
      messages.push({ role: "tool", tool_call_id: call.id, content });
    }
  }
  return "too many rounds";
}

console.log(await ask("How many people live in Paris?")); // 2,103,778 people live in Paris.
console.log(await ask("Prove that two of them have the same number of hairs on their heads, step by step.")); // By the pigeonhole principle.
console.log(used); // [ 'small', 'small', 'large' ]
