import { expect } from "vitest";
import type { Decision, Policy } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

/** A request as an agent's program sent it. */
export interface AgentRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Returns a function that posts a request to a router of two models in memory, and returns its decision. */
export function agentServer(
  policy: Policy<"small" | "large">,
  options: HandlerOptions = {},
): (request: AgentRequest) => Promise<Decision> {
  const decisions: Decision[] = [];
  const model = (name: string) =>
    fakeModel({
      model: name,
      contextWindow: 1e6,
      capabilities: { tools: true, images: true, jsonSchema: true },
    });
  const router = createRouter({
    models: { small: model("small"), large: model("large") },
    policy,
    onEvent: (event) => void (event.type === "decision-made" && decisions.push(event.decision)),
  });
  const handler = createHandler(router, { unknownModel: "auto", onUnknownModel: () => {}, ...options });
  return async ({ path, headers, body }) => {
    const answer = await handler(
      new Request(`http://localhost${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ ...body, stream: false }),
      }),
    );
    expect(answer.status, await answer.clone().text()).toBe(200);
    return decisions.at(-1) as Decision;
  };
}
