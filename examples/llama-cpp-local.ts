/**
 * A GGUF model in this process, by node-llama-cpp, next to a cloud model that answers what is hard, and everything while the
 * local queue is full. Without a GGUF the cloud answers alone, and the program says why.
 * Needs OPENAI_API_KEY, and LLAMA_GGUF (the file of a chat model) with `npm install node-llama-cpp@3`.
 */
import { createRouter, type Model } from "switchpoint";
import { always, threshold } from "switchpoint/policies";
import { inProcess } from "switchpoint/providers/in-process";
import { openai } from "switchpoint/providers/openai";

/** The part of node-llama-cpp 3 that this example uses. */
interface LlamaCpp {
  getLlama(options: {
    build: "never";
  }): Promise<{ loadModel(options: { modelPath: string }): Promise<Llama> }>;
  LlamaChatSession: new (options: {
    contextSequence: { dispose(): void };
  }) => {
    setChatHistory(history: readonly object[]): void;
    promptWithMeta(text: string, options: object): Promise<{ responseText: string; stopReason: string }>;
  };
}
interface Llama {
  createContext(options: { contextSize: number }): Promise<{ getSequence(): { dispose(): void } }>;
  tokenize(text: string): readonly number[];
}

async function llama(modelPath: string): Promise<Model> {
  // A variable, so that compilers do not look for a package that may be absent.
  const name: string = "node-llama-cpp";
  const { getLlama, LlamaChatSession }: LlamaCpp = await import(name);
  const model = await (await getLlama({ build: "never" })).loadModel({ modelPath });
  const contextWindow = 2_048;
  const context = await model.createContext({ contextSize: contextWindow });
  return inProcess({
    name: "llama",
    contextWindow,
    parameters: ["temperature"],
    countTokens: (text) => model.tokenize(text).length,
    async generate({ messages, temperature }, { signal, maxOutputTokens }) {
      const contextSequence = context.getSequence();
      try {
        const session = new LlamaChatSession({ contextSequence });
        const turns = messages.map(({ role, content }) => {
          const text = String(content);
          if (role === "assistant") return { type: "model", response: [text], text };
          return { type: role === "user" ? "user" : "system", text };
        });
        session.setChatHistory(turns.slice(0, -1));
        // `stream` would yield what `onTextChunk` gets.
        const options = { signal, maxTokens: maxOutputTokens, temperature };
        const { responseText, stopReason } = await session.promptWithMeta(turns.at(-1)?.text ?? "", options);
        return { text: responseText, finishReason: stopReason === "maxTokens" ? "length" : "stop" };
      } finally {
        contextSequence.dispose();
      }
    },
  });
}

const cloud = openai("gpt-5.5");
const file = process.env["LLAMA_GGUF"];
if (file === undefined) console.log("skipped: LLAMA_GGUF names no file of a GGUF model");
const router =
  file === undefined
    ? createRouter({ models: { cloud }, policy: always("cloud") })
    : createRouter({
        models: { own: await llama(file), cloud },
        policy: threshold({ small: "own", large: "cloud", largeShare: 0.3 }),
      });
const hard = await router.route("Prove step by step that the square root of 2 is irrational.");
console.log(hard.decision.model, hard.text); // cloud Suppose that it were p/q.
