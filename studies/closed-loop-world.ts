import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Completion, Model } from "../src/contracts/index.ts";
import type { AuditScorer } from "../src/loop/index.ts";
import { estimateTokens } from "../src/router/cost/inner.ts";
import { openaiCompatible } from "../src/router/providers/openai-compatible.ts";

export type LoopModel = "small" | "large";

/** Two models behind real HTTP on loopback, whose quality is hidden from the router. */
export interface LoopWorld {
  readonly models: Readonly<Record<LoopModel, Model>>;
  /** Scorer that finds the right answer by itself, and is wrong about an answer with a probability of 2 %. */
  readonly scorer: AuditScorer;
  /** Text of a request, of a difficulty from 0 to 4. */
  prompt(difficulty: number, number: number): string;
  /** Mean loss of the small model against the large one on prompts of a difficulty: the truth. */
  trueLoss(difficulty: number): number;
  /** The provider puts another model behind the name of the small one, or puts the old one back. */
  degrade(isDegraded: boolean): void;
  /** Requests that an endpoint has answered, with whatever status. */
  calls(): Readonly<Record<LoopModel, number>>;
  close(): Promise<void>;
}

/** Instructions of each difficulty; the complexity that `complexity()` finds rises with them. */
const instructions = [
  "",
  "State your assumptions. ",
  "Prove each step and state every assumption. ",
  "Prove each step, state every assumption, derive the closed form. ",
  "Derive a general formula, prove that it is correct, and discuss its complexity. ",
] as const;
/** Largest difficulty. */
export const hardest: number = instructions.length - 1;
/** Probability of a right answer by difficulty. */
const rightly = {
  small: [0.99, 0.97, 0.85, 0.6, 0.4],
  degraded: [0.65, 0.6, 0.5, 0.4, 0.3],
  large: [0.99, 0.985, 0.98, 0.97, 0.96],
} as const;
const usdPerMillionTokens = { small: { input: 0.1, output: 0.4 }, large: { input: 2, output: 8 } };
/** Probability with which an endpoint refuses a call, so that the router's fallback has something to do. */
const refusals = 0.005;
const scorerErrors = 0.02;
/** Words of the prompts: real traffic is not of one template, of which all requests would be one unit. */
const words =
  "amber anchor apple arrow barn basket bell boat bottle bridge brush button cabin candle carpet castle chair cherry circle cloud coast copper corner cotton desert door dragon drum eagle engine feather field flag forest garden glass hammer harbour".split(
    " ",
  );

/** Starts both endpoints. The seed and the prompt settle whether an answer is right, in whatever order calls come. */
export async function openWorld(seed: number): Promise<LoopWorld> {
  const calls: Record<LoopModel, number> = { small: 0, large: 0 };
  let isDegraded = false;
  const chance = (...about: readonly (string | number)[]): number =>
    createHash("sha256")
      .update(JSON.stringify([seed, ...about]))
      .digest()
      .readUInt32BE() /
    2 ** 32;

  /** Never by both endpoints: such a request could not be answered. */
  const isRefused = (model: LoopModel, prompt: string): boolean =>
    chance("refusal", model, prompt) < refusals && (model === "large" || !isRefused("large", prompt));

  const answer = (model: LoopModel, prompt: string): string => {
    const right = rightAnswer(prompt);
    const version = model === "small" && isDegraded ? "degraded" : model;
    const probability = rightly[version][difficultyOf(prompt)] ?? 0;
    const isRight = chance("answer", version, prompt) < probability;
    return `It has ${isRight ? right : right + 1} letters.`;
  };
  const serve = (model: LoopModel) =>
    serveModel((prompt) => {
      calls[model] += 1;
      return isRefused(model, prompt) ? undefined : answer(model, prompt);
    });
  const [small, large] = await Promise.all([serve("small"), serve("large")]);
  const modelAt = (name: LoopModel, { url }: ServedModel) =>
    openaiCompatible(name, {
      baseUrl: url,
      provider: "simulated",
      price: {
        usdPerMillionInputTokens: usdPerMillionTokens[name].input,
        usdPerMillionOutputTokens: usdPerMillionTokens[name].output,
      },
      contextWindow: 128_000,
    });
  const qualityOf = (prompt: string, completion: Completion): number => {
    const text = String(completion.choices[0]?.message.content);
    const isRight = text.includes(` ${rightAnswer(prompt)} `);
    const isMistaken = chance("scorer", text, prompt) < scorerErrors;
    return isRight === isMistaken ? 0 : 1;
  };
  return {
    models: { small: modelAt("small", small), large: modelAt("large", large) },
    scorer: {
      name: "letter count",
      score({ request, answer: given, reference }) {
        const prompt = String(request.messages.at(-1)?.content);
        return { quality: qualityOf(prompt, given), referenceQuality: qualityOf(prompt, reference) };
      },
    },
    prompt(difficulty, number) {
      const { length } = words;
      const places = [number, Math.floor(number / length), Math.floor(number / length ** 2)];
      const phrase = places.map((place) => words[place % length]).join(" ");
      return `${instructions[difficulty] ?? ""}How long is ${phrase}?`;
    },
    trueLoss(difficulty) {
      const of = (version: keyof typeof rightly) => rightly[version][difficulty] ?? 0;
      return of("large") - of(isDegraded ? "degraded" : "small");
    },
    degrade(is) {
      isDegraded = is;
    },
    calls: () => ({ ...calls }),
    async close() {
      await Promise.all([small.close(), large.close()]);
    },
  };
}

function rightAnswer(prompt: string): number {
  const [, phrase = ""] = /How long is ([a-z ]+)\?/.exec(prompt) ?? [];
  return phrase.replaceAll(" ", "").length;
}

function difficultyOf(prompt: string): number {
  const instruction = prompt.slice(0, prompt.indexOf("How long"));
  return (instructions as readonly string[]).indexOf(instruction);
}

interface ServedModel {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves OpenAI chat completions. A prompt without an answer gets status 503. */
async function serveModel(answer: (prompt: string) => string | undefined): Promise<ServedModel> {
  const server = createServer((request, response) => {
    respond(request, response, answer).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (prompt: string) => string | undefined,
): Promise<void> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  const { model, messages } = JSON.parse(text) as {
    readonly model: string;
    readonly messages: readonly { readonly content: string }[];
  };
  const prompt = messages.at(-1)?.content ?? "";
  const content = answer(prompt);
  const send = (status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (content === undefined) {
    send(503, { error: { message: "overloaded", type: "server_error" } });
    return;
  }
  const [inputTokens, outputTokens] = [estimateTokens(prompt), 60 + 40 * difficultyOf(prompt)];
  send(200, {
    id: "chatcmpl-simulated",
    object: "chat.completion",
    created: 0,
    model,
    choices: [
      {
        index: 0,
        finish_reason: "stop",
        logprobs: null,
        message: { role: "assistant", refusal: null, content },
      },
    ],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  });
}
