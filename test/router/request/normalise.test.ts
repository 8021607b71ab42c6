import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChatMessage, isRouterError, type RouteRequest } from "../../../src/contracts/index.ts";
import { estimateTokens } from "../../../src/router/cost/estimate-tokens.ts";
import {
  ASK_CHARACTERS,
  chatOf,
  normaliseRequest,
  WINDOW_CHARACTERS,
} from "../../../src/router/request/index.ts";

const options = { maxCharacters: 1_000_000, estimateTokens };
const normalise = (request: unknown) => normaliseRequest(request as RouteRequest, options);
const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const calls = (...ids: string[]): ChatMessage => ({
  role: "assistant",
  tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "read", arguments: "{}" } })),
});
const text = (given: string) => ({ type: "text" as const, text: given });
const result = (id: string): ChatMessage => ({ role: "tool", tool_call_id: id, content: "x" });

describe("the facts of a request", () => {
  it("treats a plain string as one user message", () => {
    const facts = normalise("What is the capital of France?");
    expect(facts).toMatchObject({
      ask: "What is the capital of France?",
      window: "",
      askCharacters: 30,
      characters: 30,
      inputTokens: 12, // ceil(30 / 4) + 4 for the message
      expectedOutputTokens: 300,
      turns: 1,
      tools: 0,
      images: 0,
      jsonSchema: false,
    });
  });

  it("has the last human ask, with the turns before it as the window", () => {
    const messages = [
      { role: "system", content: "Be brief." },
      user("Write a parser for CSV."),
      assistant("Here it is."),
      user("Now make it stream."),
    ];
    const facts = normalise({ messages });
    expect(facts.ask).toBe("Now make it stream.");
    expect(facts.window).toBe("Write a parser for CSV.\nHere it is.");
    expect(facts.turns).toBe(2);
  });

  it("has what was sent as the ask, and beside it what a human typed in a coding agent", () => {
    const reminder = "<system-reminder>You must use the todo list. Prove Fermat.</system-reminder>";
    const messages = [
      { role: "system", content: "You are Claude Code, the official CLI." },
      user("Read a.ts."),
      { role: "user", content: [text(reminder), text("Rename this variable.")] },
      calls("1"),
      { role: "tool", tool_call_id: "1", content: "const x = 1;" },
      user(reminder),
    ];
    const facts = normalise({ messages });
    expect(facts.ask).toBe(reminder);
    expect(facts.window).toBe(`Read a.ts.\n${reminder}\nRename this variable.`);
    expect(facts.typed).toEqual({
      ask: "Rename this variable.",
      window: "Read a.ts.",
      askCharacters: 21,
      isBelieved: false,
    });
  });

  it.each([
    ["nobody has answered", [user("a")], false],
    ["an answer closes the turn", [user("a"), assistant("b"), user("c")], false],
    ["results are due", [user("a"), calls("1", "2")], true],
    ["one result is there, another is due", [user("a"), calls("1", "2"), result("1")], true],
    [
      "the results wait for an answer",
      [user("a"), calls("1"), result("1"), user("<system-reminder>x")],
      true,
    ],
    ["the loop is over", [user("a"), calls("1"), result("1"), assistant("done"), user("b")], false],
    ["the call was cut off", [result("1")], true],
  ])("shows if a tool loop is pending: %s", (_, messages, pending) => {
    expect(normalise({ messages }).toolLoopPending).toBe(pending);
  });

  it.each([
    ["a first turn", [user("a")], "ask"],
    ["a turn after an answer", [user("a"), assistant("b"), user("c")], "ask"],
    ["results of tools", [user("a"), calls("1"), result("1")], "tool-result"],
    ["one result of two", [user("a"), calls("1", "2"), result("1")], "tool-result"],
    ["results whose call was cut off", [result("1")], "tool-result"],
    ["something typed beside results", [user("a"), calls("1"), result("1"), user("stop")], "ask"],
    [
      "what looks like a reminder, of an agent that is not believed",
      [user("a"), calls("1"), result("1"), user("<system-reminder>x</system-reminder>")],
      "ask",
    ],
    ["a text that is to be gone on with", [user("a"), assistant("Once upon")], "continue"],
    ["a blank turn", [user("a"), assistant("b"), user(" ")], "continue"],
    ["a system text alone", [{ role: "system", content: "a" }], "ask"],
    [
      "an image",
      [
        user("a"),
        assistant("b"),
        { role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] },
      ],
      "ask",
    ],
  ])("knows the step: %s", (_, messages, kind) => {
    expect(normalise({ messages }).step).toEqual({ kind });
  });

  it("knows the step of an agent that is believed without what the agent wrote, and one that is stated", () => {
    const loop = [user("a"), calls("1"), result("1"), user("<system-reminder>x</system-reminder>")];
    expect(normalise({ messages: loop, codingAgent: "claude-code" }).step.kind).toBe("tool-result");
    const done = [user("a"), assistant("b"), user("<system-reminder>x</system-reminder>")];
    expect(normalise({ messages: done, codingAgent: "claude-code" }).step.kind).toBe("continue");
    for (const step of ["ask", "tool-result", "continue", "housekeeping", "summary"])
      expect(normalise({ messages: loop, step }).step).toEqual({ kind: step });
    for (const step of ["", "title", "__proto__", "constructor", 7, null])
      expect(() => normalise({ messages: loop, step })).toThrow(/step must be one of ask, tool-result/);
  });

  it("lists the types of parts that are not text, each once", () => {
    const image = (url: string) => ({ type: "image_url", image_url: { url } });
    const file = (given: object) => ({ type: "file", file: given });
    const typesOf = (content: unknown) => normalise({ messages: [{ role: "user", content }] }).contentTypes;
    expect(typesOf("text")).toBeUndefined();
    expect(
      typesOf([{ type: "text", text: "data:image/png;base64," }, image("https://x.org/a.heic")]),
    ).toBeUndefined();
    expect(typesOf([image("data:image/JPG;base64,xx"), image("data:image/jpeg;base64,yy")])).toEqual([
      "image/jpeg",
    ]);
    expect(
      typesOf([file({ file_data: "data:application/pdf;base64,x" }), file({ file_id: "file-1" })]),
    ).toEqual(["application/pdf", "file-id"]);
    expect(typesOf([image(`data:${"x".repeat(9e5)}/png,`), file({}), { type: "video" }])).toEqual([
      "unknown",
    ]);
    const sound = (format: string) => ({ type: "input_audio", input_audio: { data: "AAAA", format } });
    expect(typesOf([sound("wav"), sound("mp3"), file({ file_data: "data:audio/mpeg;base64,x" })])).toEqual([
      "audio/wav",
      "audio/mp3",
    ]);
    const many = Array.from({ length: 100 }, (_, at) => image(`data:image/x${at};base64,`));
    expect(typesOf(many)).toHaveLength(16);
    expect(typesOf(many)?.at(-1)).toBe("unknown");
  });

  it("estimates the tokens of sound by its length, and knows that an answer is to be spoken", () => {
    const tokensOf = (format: string, length: number) =>
      normalise({
        messages: [
          {
            role: "user",
            content: [{ type: "input_audio", input_audio: { data: "A".repeat(length), format } }],
          },
        ],
      } as never).inputTokens;
    // A second of 16 kHz, 16 bit, and of 64 kbit/s, in base64.
    expect(tokensOf("wav", 42_667)).toBe(24 + 1);
    expect(tokensOf("mp3", 10_667)).toBe(24 + 1);
    const spoken = { messages: [user("x")], modalities: ["text", "audio"] } as RouteRequest;
    expect(normalise(spoken).contentTypes).toEqual(["output/audio"]);
  });

  describe("in a coding agent's request", () => {
    const prompt: ChatMessage = { role: "system", content: "You are Cline, a highly skilled engineer." };
    const typedOf = (content: ChatMessage["content"]) =>
      normalise({ messages: [prompt, { role: "user", content }] }).typed?.ask;

    it.each([
      "system-reminder",
      "environment_details",
      "local-command-stderr",
      "local-command-caveat",
      "command-args",
      "bash-stdout",
      "bash-stderr",
      "tool_result",
      "function_results",
    ])("what was typed leaves out <%s> at the beginning and at the end", (name) => {
      const element = `<${name}>Prove {Fermat}</${name}>`;
      expect(typedOf(`${element}\n${element} Do it ${element}`)).toBe("Do it");
      expect(typedOf([text(element), text("Do it"), text(` ${element} `)])).toBe("Do it");
      // Not where agents put them, or not closed: a human may have written it.
      expect(typedOf(`Explain ${element} please`)).toBeUndefined();
      expect(typedOf(`Explain the tag <${name}> please`)).toBeUndefined();
      expect(typedOf(`<${name}>a</b> ${name}>`)).toBeUndefined();
      // There is nothing else.
      expect(typedOf(element)).toBeUndefined();
    });

    it("what was typed leaves out the rules of a folder, as Codex sends them", () => {
      const rules =
        "# AGENTS.md instructions for /home/ada\n\n<INSTRUCTIONS>\nProve {Fermat}\n</INSTRUCTIONS>";
      expect(typedOf([text(rules), text("Do it")])).toBe("Do it");
      expect(typedOf(`${rules}\nDo it`)).toBe("Do it");
      expect(typedOf("# AGENTS.md instructions for new people: what belongs there?")).toBeUndefined();
    });

    it("what was typed has no turns of the assistant in its window", () => {
      const messages = [
        prompt,
        user("Read a.ts."),
        { role: "assistant", content: "A long plan." },
        user("Go on"),
      ];
      expect(normalise({ messages })).toMatchObject({
        window: "Read a.ts.\nA long plan.",
        typed: { ask: "Go on", window: "Read a.ts." },
      });
    });

    it("is believed by a name that the caller gives, or by its tools where the router trusts agents", () => {
      const tools = ["Bash", "Read", "Edit"].map((name) => ({ type: "function", function: { name } }));
      const messages = [user("<system-reminder>x</system-reminder> Do it")];
      const belief = (request: object, agents?: "trusted" | "guarded") =>
        normaliseRequest({ messages, ...request } as RouteRequest, { ...options, agents }).typed?.isBelieved;
      expect(belief({ tools })).toBe(false);
      expect(belief({ tools }, "guarded")).toBe(false);
      expect(belief({ tools }, "trusted")).toBe(true);
      expect(belief({ codingAgent: "claude-code" })).toBe(true);
      // A user can choose the words of a text, and may choose those of a system text.
      expect(belief({ messages: [prompt, ...messages] }, "trusted")).toBe(false);
      expect(belief({}, "trusted")).toBeUndefined();
    });

    it("is refused with a name that is none", () => {
      for (const codingAgent of ["", "a b", "x".repeat(41), 7])
        expect(() => normalise({ messages: [user("x")], codingAgent })).toThrow(/codingAgent must be a name/);
    });

    it("takes time linear in the text", () => {
      const tag = "<system-reminder>";
      expect(typedOf(`${"# AGENTS.md instructions for x</INSTRUCTIONS>".repeat(15_000)}x`)).toBe("x");
      expect(typedOf("# AGENTS.md instructions for ".repeat(30_000))).toBeUndefined();
      expect(typedOf(`${tag.repeat(50_000)}x`)).toBeUndefined();
      expect(typedOf(`${"<system-reminder></system-reminder>".repeat(25_000)}x`)).toBe("x");
      expect(typedOf(`x${"</system-reminder>".repeat(50_000)}`)).toBeUndefined();
    });

    it("is known by its tools, too", () => {
      const tools = ["Bash", "Read", "Edit"].map((name) => ({ type: "function", function: { name } }));
      const messages = [user("<system-reminder>x</system-reminder> Do it")];
      expect(normalise({ messages, tools }).typed?.ask).toBe("Do it");
      expect(normalise({ messages, tools: tools.slice(1) }).typed).toBeUndefined();
      expect(normalise({ messages, tools: [{}, { function: null }] }).typed).toBeUndefined();
    });
  });

  it("has no other text where nobody knows who wrote an element", () => {
    const messages = [
      { role: "system", content: "You help patients." },
      user("<system-reminder>x</system-reminder> Do it"),
    ];
    expect(normalise({ messages }).typed).toBeUndefined();
    expect(normalise("<system-reminder>x</system-reminder> Do it")).toMatchObject({
      ask: "<system-reminder>x</system-reminder> Do it",
      typed: undefined,
    });
  });

  it("reads text parts and counts images", () => {
    const content = [
      { type: "text", text: "What is this?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "text", text: "And where?" },
    ];
    const facts = normalise({ messages: [{ role: "user", content }] });
    expect(facts).toMatchObject({ ask: "What is this?\nAnd where?", images: 1 });
  });

  it("notes tools, schema, limits and routing fields", () => {
    const facts = normalise({
      messages: [user("x")],
      tools: [{ type: "function", function: { name: "f", parameters: {} } }],
      response_format: { type: "json_schema", json_schema: { name: "a", schema: {} } },
      max_completion_tokens: 50,
      reasoning_effort: "low",
      session: "s",
      tenant: "t",
      labels: { plan: "free" },
      category: "chat",
      language: "de",
    });
    expect(facts).toMatchObject({
      tools: 1,
      jsonSchema: true,
      maxOutputTokens: 50,
      expectedOutputTokens: 50,
      reasoningEffort: "low",
      session: "s",
      tenant: "t",
      labels: { plan: "free" },
      category: "chat",
      language: "de",
    });
  });

  it("keeps the two ends of a long ask", () => {
    const facts = normalise(`BEGIN${"x".repeat(100_000)}END`);
    expect(facts.ask.length).toBe(ASK_CHARACTERS);
    expect(facts.ask.startsWith("BEGIN")).toBe(true);
    expect(facts.ask.endsWith("END")).toBe(true);
    expect(facts.askCharacters).toBe(100_008);
  });

  it("bounds the texts for any conversation", () => {
    const text = fc.string({ maxLength: 6_000 });
    const message = fc.oneof(text.map(user), text.map(assistant));
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), (messages) => {
        const facts = normalise({ messages });
        expect(facts.ask.length).toBeLessThanOrEqual(ASK_CHARACTERS);
        expect(facts.window.length).toBeLessThanOrEqual(WINDOW_CHARACTERS);
        expect(facts.inputTokens).toBeGreaterThan(0);
        expect(Number.isInteger(facts.inputTokens)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("estimates a long conversation from its ends, within a tenth of the whole estimate", () => {
    const messages = Array.from({ length: 1_000 }, (_, index) =>
      user(`Message number ${index} says something.`),
    );
    const exact = messages.reduce((sum, { content }) => sum + estimateTokens(content as string) + 4, 0);
    expect(normalise({ messages }).inputTokens / exact).toBeCloseTo(1, 1);
  });
});

describe("the request for a provider", () => {
  it("holds no routing field", () => {
    const chat = chatOf({
      messages: [user("x")],
      temperature: 0,
      session: "s",
      tenant: "t",
      labels: {},
      category: "c",
      language: "de",
      constraints: [],
      maxCostUsd: 1,
      deadlineMs: 1,
      model: "small",
      stream: true,
    } as RouteRequest);
    expect(chat).toEqual({ messages: [user("x")], temperature: 0 });
  });
});

describe("bad requests", () => {
  const secret = "my-secret-prompt-text";
  const megabyte = secret.padEnd(2 ** 20, "x");
  const labelsOf = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, "a"]));
  const assistantCalling = (calls: unknown) => ({ role: "assistant", content: null, tool_calls: calls });
  const cases: readonly (readonly [what: string, request: unknown, field: string])[] = [
    ["no request", undefined, "messages"],
    ["an empty prompt", "  ", "messages"],
    ["no messages", {}, "messages"],
    ["messages that are no array", { messages: secret }, "messages"],
    ["empty messages", { messages: [] }, "messages"],
    ["a message that is no object", { messages: [secret] }, "messages[0]"],
    ["an unknown role", { messages: [user("a"), { role: "robot", content: secret }] }, "messages[1].role"],
    ["a message without content", { messages: [{ role: "user" }] }, "messages[0].content"],
    ["a content that is a number", { messages: [{ role: "user", content: 3 }] }, "messages[0].content"],
    ["a part that is none", { messages: [{ role: "user", content: [secret] }] }, "messages[0].content[0]"],
    [
      "sound without data",
      { messages: [{ role: "user", content: [{ type: "input_audio" }] }] },
      "messages[0].content[0].input_audio",
    ],
    ["several answers", { messages: [user("x")], n: 2 }, "n"],
    ["a prompt in a field", { prompt: secret }, "prompt"],
    ["a temperature of NaN", { messages: [user("x")], temperature: Number.NaN }, "temperature"],
    ["a top_p that is a text", { messages: [user("x")], top_p: "0.5" }, "top_p"],
    ["an output limit that is no number", { messages: [user("x")], max_tokens: Number.NaN }, "max_tokens"],
    ["a negative limit", { messages: [user("x")], max_completion_tokens: -5 }, "max_completion_tokens"],
    [
      "a constraint without a name",
      { messages: [user("x")], constraints: [{ permits: () => true }] },
      "constraints",
    ],
    ["calls that are no array", { messages: [assistantCalling({})] }, "messages[0].tool_calls"],
    ["a call that is none", { messages: [assistantCalling([null])] }, "messages[0].tool_calls[0]"],
    [
      "a call of nothing",
      { messages: [assistantCalling([{ id: "1", type: "function" }])] },
      "messages[0].tool_calls[0]",
    ],
    [
      "a call with arguments that are no text",
      {
        messages: [assistantCalling([{ id: "1", type: "function", function: { name: "f", arguments: {} } }])],
      },
      "messages[0].tool_calls[0]",
    ],
    ["a result of no call", { messages: [{ role: "tool", content: secret }] }, "messages[0].tool_call_id"],
    ["tools that are no array", { messages: [user("x")], tools: {} }, "tools"],
    ["a deadline of NaN", { messages: [user("x")], deadlineMs: Number.NaN }, "deadlineMs"],
    ["a negative budget", { messages: [user("x")], maxCostUsd: -1 }, "maxCostUsd"],
    ["labels that are no object", { messages: [user("x")], labels: [secret] }, "labels"],
    ["a label that is no string", { messages: [user("x")], labels: { a: "b", plan: 1 } }, "labels.plan"],
    ["too many labels", { messages: [user("x")], labels: labelsOf(65) }, "labels"],
    ["a label of a megabyte", { messages: [user("x")], labels: { plan: megabyte } }, "labels.plan"],
    [
      "a name of a label of a megabyte",
      { messages: [user("x")], labels: { [megabyte]: "a" } },
      "labels: a name",
    ],
    ["a session of a megabyte", { messages: [user("x")], session: megabyte }, "session"],
    ["a tenant of a megabyte", { messages: [user("x")], tenant: megabyte }, "tenant"],
    ["a category of a megabyte", { messages: [user("x")], category: megabyte }, "category"],
    ["a session that is a number", { messages: [user("x")], session: 7 }, "session"],
    ["constraints that are none", { messages: [user("x")], constraints: [{}] }, "constraints"],
    ["a language that is no code", { messages: [user("x")], language: "German" }, "language"],
    ["an empty session", { messages: [user("x")], session: "" }, "session"],
  ];
  for (const [what, request, field] of cases) {
    it(`refuses ${what}, naming ${field} and no text`, () => {
      try {
        normalise(request);
        expect.unreachable();
      } catch (error) {
        if (!isRouterError(error, "invalid-request")) throw error;
        expect(error.field).toBe(field);
        expect(error.message).not.toContain(secret);
      }
    });
  }

  it("accepts null instead of calls, and calls of custom tools", () => {
    const custom = { id: "1", type: "custom", custom: { name: "grep", input: "x" } };
    for (const calls of [null, [], [custom]]) {
      const facts = normalise({ messages: [user("x"), assistantCalling(calls), user("y")] });
      expect(facts.toolLoopPending).toBe(calls?.length === 1);
    }
  });

  it("accepts names and labels up to their limits", () => {
    const longest = "x".repeat(1_024);
    const routing = { session: longest, tenant: longest, category: longest, labels: labelsOf(64) };
    expect(normalise({ messages: [user("x")], ...routing } as never)).toMatchObject(routing);
  });

  it("refuses a request over the size limit, naming both sizes", () => {
    const tooLong = () => normaliseRequest("x".repeat(101), { maxCharacters: 100, estimateTokens });
    expect(tooLong).toThrowError(/101 characters, more than the limit of 100 \(option maxCharacters\)/);
  });
});
