import type { ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import type { Router } from "../../../src/index.ts";
import { sendJson, serveWith } from "../serve-with.ts";

/** A server that answers as an engine does, until the test says otherwise. */
export interface EngineServer {
  /** Address as providers take it. */
  readonly url: string;
  /** Calls that it has answered. */
  calls: number;
  /** Metrics that were asked for. */
  scrapes: number;
  /** Name in its answers. */
  name: string;
  /** Key that it takes. Absent: any. */
  key: string | undefined;
  /** Answers for the metrics. */
  metrics: (response: ServerResponse) => void;
}

/** Metrics of an idle vLLM. */
export const idleMetrics: string = [
  "# TYPE vllm:num_requests_running gauge",
  'vllm:num_requests_running{engine="0",model_name="qwen"} 0.0',
  'vllm:num_requests_waiting{engine="0",model_name="qwen"} 0.0',
  'vllm:kv_cache_usage_perc{engine="0",model_name="qwen"} 0.0',
  "",
].join("\n");

/** Starts one that ends with the test. */
export async function engineServer(name = "qwen"): Promise<EngineServer> {
  const server = await serveWith((response, { url, headers }) => {
    // Engines want no key here.
    if (url === "/health") return void response.end();
    const isAllowed = one.key === undefined || headers.authorization === `Bearer ${one.key}`;
    const error = { message: "Unauthorized", type: "invalid_request_error", code: 401 };
    if (!isAllowed) return sendJson(response, { error }, 401);
    if (url !== "/v1/chat/completions") {
      one.scrapes += 1;
      return one.metrics(response);
    }
    one.calls += 1;
    const message = { role: "assistant", content: "Hi" };
    const choices = [{ index: 0, finish_reason: "stop", message }];
    const usage = { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 };
    sendJson(response, { id: "1", object: "chat.completion", created: 1, model: one.name, choices, usage });
  });
  onTestFinished(server.close);
  const one: EngineServer = {
    url: `${server.url}/v1`,
    calls: 0,
    scrapes: 0,
    name,
    key: undefined,
    metrics: (response) => void response.end(idleMetrics),
  };
  return one;
}

/** Sends requests, eight at a time; throws what one of them throws. Returns the loads that the decisions hold. */
export async function traffic(router: Router<string>, requests: number): Promise<unknown[]> {
  const loads: unknown[] = [];
  let left = requests;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { decision } = await router.route("Hello");
      for (const { members = [], load } of decision.candidates)
        loads.push(load, ...members.map((one) => one.load));
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return loads;
}
