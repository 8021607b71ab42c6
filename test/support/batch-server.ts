import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { completionBody } from "./completion-server.ts";
import { sendJson } from "./serve-with.ts";

/** Result of an item: its answer, a refusal, or nothing before the batch expires. */
export type ItemReply = string | { readonly status: number; readonly code: string } | "expired" | "cancelled";

export interface BatchServer {
  readonly url: string;
  /** Batches in order of submission, with the prompts of their items. */
  readonly submitted: readonly { readonly id: string; readonly prompts: readonly string[] }[];
  /** Starts the processing of batches. */
  release(): void;
  /** `METHOD path` of each request. */
  readonly calls: readonly string[];
  /**
   * Fails the next requests whose `METHOD path` starts with `call`: after the work is done (`lost`), or
   * before.
   */
  failNext(call: string, how: "lost" | "refused" | "denied", times?: number): void;
  close(): Promise<void>;
}

interface Item {
  readonly id: string;
  readonly prompt: string;
  readonly model: string;
}

interface Batch {
  readonly id: string;
  readonly createdAt: number;
  readonly items: readonly Item[];
  readonly metadata: unknown;
  readonly fileId?: string;
}

interface AnthropicItem {
  readonly custom_id: string;
  readonly params: {
    readonly model: string;
    readonly messages: { readonly content: { readonly text: string }[] }[];
  };
}

type Json = Record<string, unknown>;

/**
 * Starts a server with the batch APIs of OpenAI (`/v1/files`, `/v1/batches`) and Anthropic
 * (`/v1/messages/batches`). Batches stay in progress until `release`.
 */
export async function serveBatches(
  replyTo: (prompt: string, model: string) => ItemReply,
  options: { readonly refuseBatches?: boolean } = {},
): Promise<BatchServer> {
  const files = new Map<string, string>();
  const batches: Batch[] = [];
  const calls: string[] = [];
  const failing: { call: string; how: "lost" | "refused" | "denied" }[] = [];
  let released = false;
  let count = 0;
  const add = (batch: Omit<Batch, "id" | "createdAt">, prefix: string): Batch => {
    count += 1;
    const made = { ...batch, id: `${prefix}_${count}`, createdAt: Date.now() };
    batches.push(made);
    return made;
  };
  const find = (id: string | undefined): Batch => {
    const found = batches.find((batch) => batch.id === id);
    if (found === undefined) throw new Error(`no batch ${id}`);
    return found;
  };

  const openai = (batch: Batch): Json => {
    const replies = batch.items.map(({ prompt, model }) => replyTo(prompt, model));
    const failed = replies.filter(
      (reply) => typeof reply !== "string" || reply === "expired" || reply === "cancelled",
    );
    const base = {
      id: batch.id,
      object: "batch",
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
      created_at: Math.floor(batch.createdAt / 1000),
      input_file_id: batch.fileId,
      metadata: batch.metadata,
    };
    const total = batch.items.length;
    if (!released)
      return { ...base, status: "in_progress", request_counts: { total, completed: 1, failed: 0 } };
    if (options.refuseBatches) {
      const errors = {
        object: "list",
        data: [{ code: "invalid_json_line", message: "line: secret prompt", line: 1 }],
      };
      return { ...base, status: "failed", errors, request_counts: { total: 0, completed: 0, failed: 0 } };
    }
    return {
      ...base,
      status: replies.includes("expired") ? "expired" : "completed",
      output_file_id: `out-${batch.id}`,
      ...(failed.length > 0 && { error_file_id: `err-${batch.id}` }),
      request_counts: { total, completed: total - failed.length, failed: failed.length },
    };
  };

  const openaiResults = (batch: Batch, errors: boolean): string =>
    batch.items
      .map(({ id, prompt, model }) => ({ id, model, reply: replyTo(prompt, model) }))
      .flatMap(({ id, model, reply }): object[] => {
        const head = { id: `batch_req_${id}`, custom_id: id };
        if (reply === "expired" || reply === "cancelled")
          return errors
            ? [{ ...head, response: null, error: { code: `batch_${reply}`, message: "too late" } }]
            : [];
        if (typeof reply === "string")
          return errors
            ? []
            : [
                {
                  ...head,
                  response: { status_code: 200, request_id: "q", body: completionBody(model, reply) },
                  error: null,
                },
              ];
        const error = { message: "secret prompt", type: "invalid_request_error", code: reply.code };
        return errors
          ? [
              {
                ...head,
                response: { status_code: reply.status, request_id: "q", body: { error } },
                error: null,
              },
            ]
          : [];
      })
      .reverse()
      .map((line) => `${JSON.stringify(line)}\n`)
      .join("");

  const anthropic = (batch: Batch, base: string): Json => ({
    id: batch.id,
    type: "message_batch",
    processing_status: released ? "ended" : "in_progress",
    request_counts: {
      processing: released ? 0 : batch.items.length,
      succeeded: released ? batch.items.length : 0,
      errored: 0,
      canceled: 0,
      expired: 0,
    },
    created_at: new Date(batch.createdAt).toISOString(),
    results_url: released ? `${base}/v1/messages/batches/${batch.id}/results` : null,
  });

  const anthropicResults = (batch: Batch): string =>
    batch.items
      .map(({ id, prompt, model }) => {
        const reply = replyTo(prompt, model);
        if (reply === "expired") return { custom_id: id, result: { type: "expired" } };
        if (reply === "cancelled") return { custom_id: id, result: { type: "canceled" } };
        if (typeof reply !== "string") {
          const error = { type: "error", error: { type: reply.code, message: "prompt is too long: 9 > 8" } };
          return { custom_id: id, result: { type: "errored", error } };
        }
        const message = {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model,
          content: [{ type: "text", text: reply }],
          stop_reason: "end_turn",
          usage: { input_tokens: 10, output_tokens: 5 },
        };
        return { custom_id: id, result: { type: "succeeded", message } };
      })
      .reverse()
      .map((line) => `${JSON.stringify(line)}\n`)
      .join("");

  /** Returns the answer to a call: an object is sent as JSON, a text unchanged. */
  const answerTo = (call: string, body: string, base: string): object | string => {
    const [method = "", url = ""] = call.split(" ");
    const [path = ""] = url.split("?");
    const [, , kind, second, third, fourth] = path.split("/");
    if (kind === "files" && method === "POST") {
      count += 1;
      files.set(`file-${count}`, body);
      return { id: `file-${count}`, object: "file", purpose: "batch" };
    }
    if (kind === "files") return openaiResults(find(second?.slice(4)), second?.startsWith("err-") ?? false);
    if (kind === "batches" && method === "POST") {
      const { input_file_id: fileId, metadata } = JSON.parse(body);
      const lines = (files.get(fileId) ?? "").split("\n").filter((line) => line.startsWith('{"custom_id"'));
      const items = lines.map((line): Item => {
        const { custom_id: id, body } = JSON.parse(line);
        return { id, model: body.model, prompt: body.messages.at(-1).content };
      });
      return openai(add({ items, metadata, fileId }, "batch"));
    }
    if (kind === "batches" && second !== undefined) return openai(find(second));
    if (kind === "batches")
      return { object: "list", data: batches.toReversed().map(openai), has_more: false };
    if (method === "POST") {
      const { requests } = JSON.parse(body) as { requests: AnthropicItem[] };
      const items = requests.map(({ custom_id: id, params: { model, messages } }): Item => {
        return { id, model, prompt: messages.at(-1)?.content.at(-1)?.text ?? "" };
      });
      return anthropic(add({ items, metadata: undefined }, "msgbatch"), base);
    }
    if (fourth === "results") return anthropicResults(find(third));
    if (third !== undefined) return anthropic(find(third), base);
    return { data: batches.toReversed().map((batch) => anthropic(batch, base)), has_more: false };
  };

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    const call = `${request.method} ${request.url}`;
    calls.push(call);
    const at = failing.findIndex((one) => call.startsWith(one.call));
    const [failure] = at < 0 ? [] : failing.splice(at, 1);
    if (failure?.how === "refused") {
      sendJson(response, { error: { message: "later" } }, 503);
      return;
    }
    if (failure?.how === "denied") {
      sendJson(response, { error: { message: "wrong key" } }, 401);
      return;
    }
    const answer = answerTo(call, body, `http://${request.headers.host}`);
    // The work is done, but the connection is dropped.
    if (failure?.how === "lost") request.socket.destroy();
    else if (typeof answer === "string") response.end(answer);
    else sendJson(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get submitted() {
      return batches.map(({ id, items }) => ({ id, prompts: items.map(({ prompt }) => prompt) }));
    },
    release: () => {
      released = true;
    },
    calls,
    failNext(call, how, times = 1) {
      for (let index = 0; index < times; index += 1) failing.push({ call, how });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
