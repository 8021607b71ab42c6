export type Ai = typeof import("ai");
type Model = Parameters<Ai["generateText"]>[0]["model"];

/** Address of a server, and a key for it. */
export interface Place {
  readonly url: string;
  readonly key: string;
}

/** A major of the AI SDK, and those of its providers' packages that fit. */
export interface Major {
  readonly name: string;
  readonly leastNode: number;
  readonly load: () => Promise<Ai>;
  readonly providers: () => Promise<{
    readonly openaiCompatible: typeof import("@ai-sdk/openai-compatible");
    readonly openai: typeof import("@ai-sdk/openai");
    readonly anthropic: typeof import("@ai-sdk/anthropic");
  }>;
}

export const majors: readonly Major[] = [
  {
    name: "ai 6",
    leastNode: 20,
    load: () => import("ai"),
    providers: async () => ({
      openaiCompatible: await import("@ai-sdk/openai-compatible"),
      openai: await import("@ai-sdk/openai"),
      anthropic: await import("@ai-sdk/anthropic"),
    }),
  },
  {
    name: "ai 7",
    leastNode: 22,
    load: () => import("ai-7") as unknown as Promise<Ai>,
    // Their types name the next specification; what is called here is the same in both.
    providers: async () =>
      ({
        openaiCompatible: await import("ai-sdk-openai-compatible-3"),
        openai: await import("ai-sdk-openai-4"),
        anthropic: await import("ai-sdk-anthropic-4"),
      }) as unknown as Awaited<ReturnType<Major["providers"]>>,
  },
];

type Providers = Awaited<ReturnType<Major["providers"]>>;

const settings = ({ url, key }: Place) => ({ baseURL: `${url}/v1`, apiKey: key });
export const clients: Readonly<Record<string, (providers: Providers, place: Place, model: string) => Model>> =
  {
    "@ai-sdk/openai-compatible": ({ openaiCompatible }, place, model) =>
      openaiCompatible.createOpenAICompatible({
        ...settings(place),
        name: "switchpoint",
        includeUsage: true,
        supportsStructuredOutputs: true,
      })(model),
    "@ai-sdk/openai, chat completions": ({ openai }, place, model) =>
      openai.createOpenAI(settings(place)).chat(model),
    "@ai-sdk/openai, responses": ({ openai }, place, model) => openai.createOpenAI(settings(place))(model),
    "@ai-sdk/anthropic": ({ anthropic }, place, model) => anthropic.createAnthropic(settings(place))(model),
  };
