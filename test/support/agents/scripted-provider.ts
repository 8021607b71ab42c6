import { type LoopbackServer, sendJson, serveWith } from "../serve-with.ts";
import { agentWires, type Said, type ScriptedUsage, type Step, silence } from "./agent-wires.ts";

/** Answers to asks that hold `[[name]]`, by that name: one step after another, the next one after each result of a tool. */
export type Scripts = Readonly<Record<string, readonly Step[]>>;

export interface ScriptedRates {
  /** US dollars per million tokens. */
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
}

export interface ScriptedProvider extends LoopbackServer {
  /** Sum of what was answered, in US dollars, by the provider's own books. */
  readonly billUsd: number;
  /** Tokens of input by the same books, and those of them that came from its cache. */
  readonly tokens: { readonly input: number; readonly cached: number };
}

export interface ScriptedOptions {
  readonly scripts: Scripts;
  /** Rates by model. */
  readonly rates: Readonly<Record<string, ScriptedRates>>;
  /** Returns the reason why a body is refused with status 400. Default: none is. */
  readonly refuses?: ((body: Record<string, unknown>) => string | undefined) | undefined;
}

/** Prompts from this length on are cached, as with large providers. */
const smallestCached = 1_024;

/**
 * Starts a provider that speaks the wires of Anthropic, OpenAI and Google, plays scripts, and keeps books: each model has a cache of
 * what began alike, and a token is four characters. It keeps no state of conversations: the place in a script is the number of
 * results after the ask.
 */
export async function scriptedProvider({
  scripts,
  rates,
  refuses,
}: ScriptedOptions): Promise<ScriptedProvider> {
  const prompts = new Map<string, string[]>();
  const books = { usd: 0, input: 0, cached: 0 };
  let answers = 0;

  const server = await serveWith((response, { method, url, body }) => {
    const path = url.split("?")[0] ?? "";
    const wire = agentWires.find(([ending]) => ending.test(path))?.[1];
    if (method !== "POST" || wire === undefined) {
      if (path.endsWith("/count_tokens")) return sendJson(response, { input_tokens: 10 });
      return sendJson(response, { error: { message: `no ${method} ${path}` } }, 404);
    }
    const reason = refuses?.(body);
    if (reason !== undefined)
      return sendJson(response, { error: { message: reason, type: "BadRequestError", code: 400 } }, 400);
    answers += 1;
    const model: string = body.model ?? /models\/([^:]+)/.exec(path)?.[1];
    const said = nextOf(scripts, wire.heard(body), wire.tools(body));
    if (said === silence) return;
    const usage = usageOf(model, promptOf(body), JSON.stringify(said));
    const stream = body.stream === true || path.endsWith("streamGenerateContent");
    wire.send(response, { body: { ...body, model, stream }, said, id: `${answers}`, usage });
  });

  function usageOf(model: string, prompt: string, said: string): ScriptedUsage {
    const known = prompts.get(model) ?? [];
    prompts.set(model, [...known, prompt]);
    const input = Math.ceil(prompt.length / 4);
    const shared = Math.floor(Math.max(0, ...known.map((one) => sharedLength(one, prompt))) / 4);
    const cached = shared >= smallestCached ? shared : 0;
    const rate = rates[model];
    if (rate === undefined) throw new Error(`the test gives no rates of ${model}`);
    const written = rate.written > 0 && input >= smallestCached ? input - cached : 0;
    const output = Math.ceil(said.length / 4);
    const fresh = input - cached - written;
    books.usd +=
      (fresh * rate.input + cached * rate.cached + written * rate.written + output * rate.output) / 1e6;
    books.input += input;
    books.cached += cached;
    return { input, cached, written, output };
  }

  return Object.defineProperties(server as ScriptedProvider, {
    billUsd: { get: () => books.usd },
    tokens: { get: () => ({ input: books.input, cached: books.cached }) },
  });
}

/** Returns the next step of the script that the last ask with a mark begins. */
function nextOf(scripts: Scripts, heard: readonly (string | undefined)[], tools: readonly string[]): Said {
  // Titles and the like quote the ask and have no tools.
  if (tools.length === 0) return "Title";
  const marks = heard.map((text) => /\[\[(\w+)\]\]/.exec(text ?? "")?.[1]);
  const at = marks.findLastIndex((mark) => mark !== undefined);
  const results = heard.slice(at + 1).filter((text) => text === undefined).length;
  const step = scripts[marks[at] ?? ""]?.[results] ?? "Done.";
  if (typeof step === "string" || "tool" in step) return step;
  return step.find(({ tool }) => tools.includes(tool)) ?? "There is no tool for it.";
}

/** Parts of a prompt that a cache compares: tools, instructions and turns, in their order. */
function promptOf({
  tools,
  system,
  instructions,
  messages,
  input,
  contents,
  systemInstruction,
}: Record<string, unknown>) {
  const parts = [tools, system, instructions, systemInstruction, messages ?? input ?? contents];
  return parts.map((part) => JSON.stringify(part) ?? "").join("");
}

function sharedLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}
